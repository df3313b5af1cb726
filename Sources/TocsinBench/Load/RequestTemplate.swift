import NIOCore
import TocsinClient
import TocsinCore

/// A request whose bytes are made once; only numbers of fixed width are written into each copy.
package struct RequestTemplate: Sendable {
  /// A number that differs from request to request.
  package enum Number: Sendable {
    /// The check's own number.
    case sequence
    /// The check's number modulo this.
    case group(UInt64)
    /// When the request was due.
    case due
  }

  /// A piece of a body.
  package enum Piece: Sendable {
    case text(String)
    /// A number inside a text, padded with zeros.
    case digits(Number)
    /// A number as a JSON value, padded with spaces.
    case value(Number)
  }

  private struct Slot: Sendable {
    var offset: Int
    var number: Number
    var pad: UInt8
    var item: UInt64
  }

  private static let width = 20
  private var bytes: [UInt8]
  private var slots: [Slot] = []
  /// How many checks one request carries.
  let items: Int

  /// `POST` of one check, or of a batch where `batch` is given.
  init(server: ServerAddress, check: [Piece], batch: Int? = nil) {
    items = batch ?? 1
    var body: [UInt8] = Array((batch == nil ? "" : "{\"checks\":[").utf8)
    for item in 0..<items {
      if item > 0 { body.append(UInt8(ascii: ",")) }
      for piece in check {
        switch piece {
        case .text(let text): body += text.utf8
        case .digits(let number), .value(let number):
          let isText = if case .digits = piece { true } else { false }
          let pad = UInt8(ascii: isText ? "0" : " ")
          slots.append(Slot(offset: body.count, number: number, pad: pad, item: UInt64(item)))
          body += [UInt8](repeating: pad, count: Self.width)
        }
      }
    }
    if batch != nil { body += "]}".utf8 }
    let path = server.basePath + "/api/alerts/check" + (batch == nil ? "" : "/batch")
    bytes = Array(
      """
      POST \(path) HTTP/1.1\r
      host: \(server.authority)\r
      user-agent: tocsin-bench/\(TocsinRelease.version)\r
      content-type: application/json\r
      content-length: \(body.count)\r
      \r\n
      """.utf8)
    for index in slots.indices { slots[index].offset += bytes.count }
    bytes += body
  }

  /// Appends a request whose first check has that number.
  func write(sequence: UInt64, due: UInt64, to buffer: inout ByteBuffer) {
    let start = buffer.writerIndex
    buffer.writeBytes(bytes)
    guard !slots.isEmpty else { return }
    buffer.withVeryUnsafeMutableBytes { memory in
      for slot in slots {
        var rest =
          switch slot.number {
          case .sequence: sequence + slot.item
          case .group(let count): (sequence + slot.item) % count
          case .due: due
          }
        var place = start + slot.offset + Self.width
        repeat {
          place -= 1
          memory[place] = UInt8(ascii: "0") + UInt8(rest % 10)
          rest /= 10
        } while rest > 0
      }
    }
  }
}
