import Foundation

/// A mail taken apart again, as a strict reader would.
struct ParsedMail {
  struct Broken: Error {
    let what: String
  }

  var fields: [(name: String, value: String)] = []
  var parts: [(type: String, text: String)] = []
  var lines: [String] = []

  init(_ bytes: [UInt8]) throws {
    guard let text = String(validating: bytes, as: UTF8.self), text.hasSuffix("\r\n") else {
      throw Broken(what: "UTF-8")
    }
    lines = text.components(separatedBy: "\r\n")
    guard !lines.contains(where: { $0.unicodeScalars.contains { $0 == "\r" || $0 == "\n" } }) else {
      throw Broken(what: "a lone CR or LF")
    }
    guard let end = text.range(of: "\r\n\r\n") else { throw Broken(what: "no end of the header") }
    fields = try Self.fields(String(text[..<end.lowerBound]))
    let body = String(text[end.upperBound...])
    guard let type = self["Content-Type"], let quote = type.range(of: "boundary=\"") else { throw Broken(what: "type") }
    let boundary = "--" + type[quote.upperBound...].prefix { $0 != "\"" }
    var pieces = ("\r\n" + body).components(separatedBy: "\r\n" + boundary)
    guard pieces.first == "", pieces.last == "--\r\n" else { throw Broken(what: "boundaries") }
    pieces = Array(pieces.dropFirst().dropLast())
    parts = try pieces.map { piece in
      guard piece.hasPrefix("\r\n"), let end = piece.range(of: "\r\n\r\n") else { throw Broken(what: "part") }
      let fields = try Self.fields(String(piece[piece.index(piece.startIndex, offsetBy: 1)..<end.lowerBound]))
      guard fields.contains(where: { $0.value == "quoted-printable" }) else { throw Broken(what: "encoding") }
      let type = fields.first { $0.name == "Content-Type" }?.value ?? ""
      return (type, try Self.quotedPrintable(String(piece[end.upperBound...])))
    }
  }

  /// The value of a field that is there exactly once, unfolded.
  subscript(_ name: String) -> String? {
    let values = fields.filter { $0.name.lowercased() == name.lowercased() }
    return values.count == 1 ? values[0].value : nil
  }

  private static func fields(_ text: String) throws -> [(name: String, value: String)] {
    var fields: [(name: String, value: String)] = []
    for line in text.components(separatedBy: "\r\n") where !line.isEmpty {
      if line.hasPrefix(" ") {
        guard !fields.isEmpty, !line.allSatisfy({ $0 == " " }) else { throw Broken(what: "folding") }
        fields[fields.count - 1].value += line
      } else {
        guard let colon = line.range(of: ": ") else { throw Broken(what: "field: \(line)") }
        fields.append((String(line[..<colon.lowerBound]), String(line[colon.upperBound...])))
      }
    }
    return fields
  }

  private static func quotedPrintable(_ text: String) throws -> String {
    var bytes: [UInt8] = []
    for line in text.components(separatedBy: "\r\n") {
      guard line.utf8.count <= 76 else { throw Broken(what: "a line of \(line.utf8.count)") }
      var rest = Array(line.utf8)[...]
      var isSoft = false
      while let byte = rest.popFirst() {
        guard byte == UInt8(ascii: "=") else {
          guard (32...126).contains(byte) else { throw Broken(what: "a byte of \(byte)") }
          bytes.append(byte)
          continue
        }
        if rest.isEmpty {
          isSoft = true
        } else {
          guard let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
            throw Broken(what: "an escape")
          }
          bytes.append(value)
          rest = rest.dropFirst(2)
        }
      }
      if !isSoft { bytes.append(10) }
    }
    bytes.removeLast()
    guard let text = String(validating: bytes, as: UTF8.self) else { throw Broken(what: "UTF-8") }
    return text
  }

  /// Encoded words (RFC 2047) read again; white space between two of them goes.
  static func decoded(_ value: String) throws -> String {
    var text = ""
    var wasEncoded = false
    for word in value.components(separatedBy: " ") {
      guard word.hasPrefix("=?UTF-8?B?"), word.hasSuffix("?=") else {
        text += (text.isEmpty ? "" : " ") + word
        wasEncoded = false
        continue
      }
      guard word.utf8.count <= 75, let data = Data(base64Encoded: String(word.dropFirst(10).dropLast(2))),
        let part = String(validating: data, as: UTF8.self)
      else { throw Broken(what: "an encoded word") }
      text += (text.isEmpty || wasEncoded ? "" : " ") + part
      wasEncoded = true
    }
    return text
  }
}
