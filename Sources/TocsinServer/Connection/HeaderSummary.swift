import NIOHTTP1

/// What a connection has to know of a request's header fields, read in one pass.
struct HeaderSummary: Hashable {
  /// What the client waits for before it sends the body (RFC 9110, 10.1.1).
  enum Expectation: Hashable {
    case none
    case `continue`
    case unknown
  }

  /// How a body can be packed (RFC 9110, 8.4.1).
  enum Coding: String, Hashable {
    case gzip
    case deflate
    /// In a way that is not known here.
    case unknown
  }

  /// The length that the client announces.
  var contentLength: Int?
  /// Whether a body is announced at all.
  var hasBody = false
  /// Whether the body is said to be JSON.
  var isJSON = false
  var expectation = Expectation.none
  /// Whether the client wants to speak another protocol: the decoder reads nothing after such a request.
  var wantsUpgrade = false
  /// Whether that other protocol is WebSocket.
  var wantsWebSocket = false
  /// How many `Host` fields there are; HTTP/1.1 demands one (RFC 9112, 3.2).
  var hosts = 0
  /// The last of them.
  var host: String?
  /// The origin of the page that sends the request, if a page does.
  var origin: String?
  /// Whether the request asks for the method that a page wants to use.
  var asksForMethod = false
  /// What the client calls the request, where that can be taken over.
  var requestID: RequestID?
  /// How the body is packed; nil where it is not.
  var coding: Coding?

  init() {}

  init(_ head: HTTPRequestHead) {
    var connectionSaysUpgrade = false
    var namesProtocol = false
    for (name, value) in head.headers {
      switch name.utf8.count {
      case 4 where name.isField("host"):
        hosts += 1
        host = value
      case 6 where name.isField("origin"):
        // Two of them are no origin at all.
        origin = origin == nil ? value : "null"
      case 6 where name.isField("expect"):
        expectation = value.isField("100-continue") ? .continue : .unknown
      case 7 where name.isField("upgrade"):
        namesProtocol = true
        if value.hasToken("websocket") { wantsWebSocket = true }
      case 10 where name.isField("connection"):
        if value.hasToken("upgrade") { connectionSaysUpgrade = true }
      case 12 where name.isField("content-type"): isJSON = HeaderSummary.isJSON(mediaType: value)
      case 12 where name.isField("x-request-id"): requestID = RequestID(value)
      case 14 where name.isField("content-length"):
        // More digits than a number has are too many bytes all the same.
        contentLength = Int(value) ?? (value.utf8.allSatisfy { (48...57).contains($0) } ? .max : nil)
        hasBody = contentLength != 0
      case 16 where name.isField("content-encoding"): addCoding(value)
      case 29 where name.isField("access-control-request-method"): asksForMethod = true
      case 17 where name.isField("transfer-encoding"): hasBody = true
      default: break
      }
    }
    if head.version == .http1_0 { expectation = .none }
    wantsUpgrade = namesProtocol && connectionSaysUpgrade
    wantsWebSocket = wantsWebSocket && wantsUpgrade
  }

  private mutating func addCoding(_ list: String) {
    for element in list.split(separator: ",") {
      let name = String(element.filter { $0 != " " && $0 != "\t" })
      let found: Coding =
        if name.isField("gzip") || name.isField("x-gzip") { .gzip } else if name.isField("deflate") { .deflate } else {
          .unknown
        }
      if name.isEmpty || name.isField("identity") { continue }
      coding = coding == nil ? found : .unknown
    }
  }

  /// Whether a media type is JSON's, whatever its parameters say: JSON is always UTF-8 (RFC 8259, 8.1).
  static func isJSON(mediaType: String) -> Bool {
    if mediaType == "application/json" { return true }
    let type = mediaType.prefix { $0 != ";" }
    return String(type.filter { $0 != " " && $0 != "\t" }).isField("application/json")
  }
}

extension String {
  /// Whether this is that name, which is lower case ASCII, in any case.
  func isField(_ name: StaticString) -> Bool {
    var text = self
    return text.withUTF8 { bytes in
      guard bytes.count == name.utf8CodeUnitCount else { return false }
      for index in 0..<bytes.count {
        let byte = bytes[index]
        let lower = byte &- 65 < 26 ? byte | 0x20 : byte
        if lower != name.utf8Start[index] { return false }
      }
      return true
    }
  }

  /// Whether that token stands in this comma-separated list.
  fileprivate func hasToken(_ token: StaticString) -> Bool {
    split(separator: ",").contains { element in
      String(element.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" && $0 != ";" }).isField(token)
    }
  }
}
