/// A mail as it goes over the wire: header fields, a plain text, and the same as HTML.
struct MailMessage: Sendable {
  /// Fields in their order. Whoever makes them has encoded and folded them; ``bytes`` lets no line break through that is
  /// not followed by a space.
  var fields: [(name: String, value: String)] = []
  var text = ""
  var html = ""
  /// A part of a boundary, of letters and digits.
  var boundary = ""

  /// The message with CRLF at the end of each line. Quoted-printable writes every `=` of a text as `=3D`, so no text can
  /// have the boundary in it.
  var bytes: [UInt8] {
    let mark = "=_tocsin_\(boundary)"
    var lines = fields.map { "\($0.name): \(MailMessage.harmless($0.value))" }
    lines += ["MIME-Version: 1.0", "Content-Type: multipart/alternative;\r\n boundary=\"\(mark)\"", ""]
    var bytes = Array(lines.map { $0 + "\r\n" }.joined().utf8)
    for (type, content) in [("plain", text), ("html", html)] {
      bytes += Array("--\(mark)\r\nContent-Type: text/\(type); charset=utf-8\r\n".utf8)
      bytes += Array("Content-Transfer-Encoding: quoted-printable\r\n\r\n".utf8)
      bytes += QuotedPrintable.encode(content)
      bytes += Array("\r\n".utf8)
    }
    return bytes + Array("--\(mark)--\r\n".utf8)
  }

  /// A field's value, with a space for each CR, LF and control character that is not part of folding.
  static func harmless(_ value: String) -> String {
    value.split(separator: "\r\n ", omittingEmptySubsequences: false)
      .map {
        String(String.UnicodeScalarView($0.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : $0 }))
      }
      .joined(separator: "\r\n ")
  }
}
