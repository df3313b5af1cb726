/// Gathers a response's headers and body, each up to its limit.
struct ResponseCollector {
  /// What was too long.
  enum Overflow: Sendable {
    case headers, body
  }

  private let headerLimit: Int
  private let bodyLimit: Int
  private var headerBytes = 0
  private var isHeadOpen = false
  private(set) var headers = HTTPResponse.Headers()
  private(set) var body: [UInt8] = []
  private(set) var overflow: Overflow?

  init(headerLimit: Int, bodyLimit: Int) {
    self.headerLimit = headerLimit
    self.bodyLimit = bodyLimit
  }

  /// Takes one line of a head, as libcurl hands it on.
  ///
  /// A status line begins a new head: those before were interim ones. What comes after a head's end are trailers.
  /// - Returns: false when there are too many
  mutating func receive(line: UnsafeRawBufferPointer) -> Bool {
    headerBytes += line.count
    guard headerBytes <= headerLimit else {
      overflow = .headers
      return false
    }
    let text = String(decoding: line, as: UTF8.self).filter { !$0.isNewline }
    if text.hasPrefix("HTTP/") {
      headers.fields = []
      isHeadOpen = true
    } else if text.isEmpty {
      isHeadOpen = false
    } else if isHeadOpen {
      append(text)
    }
    return true
  }

  /// Takes bytes of the body.
  /// - Returns: false when there are too many; those that fit are kept
  mutating func receive(body bytes: UnsafeRawBufferPointer) -> Bool {
    let free = bodyLimit - body.count
    body.append(contentsOf: bytes.prefix(free))
    if bytes.count > free { overflow = .body }
    return overflow == nil
  }

  private mutating func append(_ line: String) {
    if let first = line.first, first == " " || first == "\t" {
      // A folded line, as old servers write it (RFC 9112, 5.2), belongs to the one before.
      if let last = headers.fields.indices.last { headers.fields[last].value += " " + line.trimmed }
    } else if let colon = line.firstIndex(of: ":") {
      headers.fields.append(HTTPTransfer.Header(String(line[..<colon]), line[line.index(after: colon)...].trimmed))
    }
  }
}
