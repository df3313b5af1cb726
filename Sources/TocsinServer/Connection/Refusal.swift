import NIOHTTP1

/// Why a connection answers a request before it is complete, or without anybody looking at it. It ends the connection.
enum Refusal: Hashable {
  /// The bytes are no HTTP request.
  case malformed
  /// HTTP/1.1 without exactly one `Host`.
  case hostMissing
  /// The request's header is too long.
  case headerTooLarge
  /// The body is too long.
  case bodyTooLarge
  /// The node has no room for the body at the moment.
  case noRoom
  /// Header or body did not arrive in time.
  case tooSlow
  /// `Expect` asks for something other than `100-continue`.
  case expectationUnknown
  /// `CONNECT`: this is no proxy.
  case notAProxy
  /// Not HTTP/1.
  case versionUnknown

  /// What a decoder's error means.
  init(_ error: any Error) {
    switch error as? HTTPParserError {
    case .some(.headerOverflow): self = .headerTooLarge
    case .some(.invalidVersion): self = .versionUnknown
    default: self = .malformed
    }
  }
}

extension Problem {
  /// The answer to a request that is refused.
  init(_ refusal: Refusal, configuration: ServerConfiguration) {
    switch refusal {
    case .malformed: self.init(400, "the request is not well-formed HTTP/1.1")
    case .hostMissing: self.init(400, "an HTTP/1.1 request needs exactly one Host field")
    case .headerTooLarge:
      self.init(431, "the header fields have more than \(configuration.headerLimit) bytes, or there are too many")
    case .bodyTooLarge: self.init(413, "the body has more than \(configuration.bodyLimit) bytes")
    case .noRoom:
      self.init(
        503, "too many large bodies are arriving at this node; try again, or another node", retryAfterSeconds: 5)
    case .tooSlow: self.init(408, "the request did not arrive in time")
    case .expectationUnknown: self.init(417, "only 100-continue can be expected")
    case .notAProxy:
      self.init(405, "CONNECT is not served here")
      headers.append(("allow", "GET, HEAD, POST, PUT, DELETE"))
    case .versionUnknown: self.init(505, "only HTTP/1.1 and HTTP/1.0 are spoken here")
    }
  }
}
