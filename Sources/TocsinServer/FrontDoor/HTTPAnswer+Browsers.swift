import NIOCore

extension Problem {
  /// The answer under a name that is none of the node's.
  static func foreignHost(_ name: String?) -> Problem {
    Problem(403, "this node is not served under the host \(shown(name)); TOCSIN_HTTP_HOSTS lists its names")
  }

  /// The answer to a page of another origin.
  static func foreignOrigin(_ name: String?) -> Problem {
    Problem(403, "pages of the origin \(shown(name)) may not do this; TOCSIN_HTTP_ORIGINS lists those that may")
  }

  private static func shown(_ name: String?) -> String {
    "\"" + String((name ?? "").unicodeScalars.prefix(100)) + "\""
  }
}

extension HTTPAnswer {
  /// The answer to the question whether a page may send a request.
  static func preflight(origin: String) -> HTTPAnswer {
    var answer = HTTPAnswer(status: 204, contentType: nil, body: ByteBuffer())
    answer.headers = [
      ("access-control-allow-methods", "GET, HEAD, POST, PUT, DELETE, PATCH"),
      (
        "access-control-allow-headers",
        "authorization, content-type, content-encoding, last-event-id, x-api-key, x-request-id, x-tocsin-user"
      ), ("access-control-max-age", "600"),
    ]
    return answer
  }

  /// Lets a page of that origin read this answer.
  mutating func allow(origin: String) {
    headers += [
      ("access-control-allow-origin", origin), ("access-control-allow-credentials", "true"),
      ("access-control-expose-headers", "allow, content-disposition, retry-after, www-authenticate, x-request-id"),
      ("vary", "origin"),
    ]
  }
}
