extension HTTPTransfer {
  /// Headers that frame a message or belong to one connection: libcurl writes them, and a second one would let two
  /// servers read two different requests.
  private static let reserved: Set<String> = [
    "connection", "content-length", "expect", "host", "keep-alive", "proxy-connection", "te", "trailer",
    "transfer-encoding", "upgrade",
  ]

  /// Refuses what must not come near a connection.
  func validate() throws(CurlError) {
    guard method.isToken else { throw .invalid("the method is not a token") }
    guard url.hasASCIIPrefix("http://") || url.hasASCIIPrefix("https://") else {
      throw .invalid("the URL's scheme is neither http nor https")
    }
    guard !url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
      throw .invalid("the URL has a space or a control character")
    }
    // libcurl would wait for a body in the response.
    guard method != "HEAD" || body.isEmpty else { throw .invalid("a HEAD request has a body") }
    guard [timeout, connectTimeout].allSatisfy({ $0 > .zero && $0 <= .seconds(86_400) }) else {
      throw .invalid("a timeout is not positive, or longer than a day")
    }
    guard maximumResponseBytes >= 0, maximumHeaderBytes >= 0 else { throw .invalid("a limit is negative") }
    for header in headers {
      guard header.name.isToken else { throw .invalid("a header's name is not a token") }
      guard !Self.reserved.contains(header.name.lowercased()) else {
        throw .invalid("a header is the client's own: \(header.name.lowercased())")
      }
      guard !header.value.utf8.contains(where: { $0 == 0 || $0 == 10 || $0 == 13 }) else {
        throw .invalid("a header's value has CR, LF or NUL")
      }
    }
  }

  /// The headers as libcurl takes them: `Name;` is a header without a value, `Name:` one that is not to be sent.
  var headerLines: [String] {
    var lines = headers.map { header in
      let value = header.value.trimmed
      return value.isEmpty ? "\(header.name);" : "\(header.name): \(value)"
    }
    // A large body would wait for "100 Continue", and a body without a type would be called a form.
    lines.append("Expect:")
    if !headers.contains(where: { $0.name.lowercased() == "content-type" }) { lines.append("Content-Type:") }
    return lines
  }
}

extension CurlError {
  static func invalid(_ cause: String) -> CurlError { CurlError(.invalidRequest, cause) }
}

extension String {
  /// Whether this is a token (RFC 9110, 5.6.2).
  var isToken: Bool {
    let marks = "!#$%&'*+-.^_`|~".utf8
    return !isEmpty
      && utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: marks.contains(byte)
        }
      }
  }

  /// Whether this begins with that prefix in lower or upper case.
  func hasASCIIPrefix(_ prefix: String) -> Bool {
    String(decoding: utf8.prefix(prefix.utf8.count), as: UTF8.self).lowercased() == prefix
  }
}

extension StringProtocol {
  /// Without spaces and tabs around it.
  var trimmed: String {
    let isSpace = { (character: Character) in character == " " || character == "\t" }
    let start = drop(while: isSpace)
    return String(start.reversed().drop(while: isSpace).reversed())
  }
}
