import CLibcurl

/// An HTTP transfer under way on the loop's thread.
final class HTTPRun {
  let easy: EasyHandle
  private let context: TransferContext

  init(
    _ id: UInt64, _ request: HTTPTransfer, _ authorities: Authorities, _ progress: TransferProgress
  ) throws(CurlFailure) {
    context = TransferContext(request, progress)
    var easy = try EasyHandle()
    try easy.prepare(context, authorities)
    try easy.prepare(request)
    try easy.number(id)
    self.easy = easy
  }

  /// What is known of it now.
  func exchange(_ ending: Exchange.Ending) -> Exchange {
    easy.exchange(ending, context)
  }
}

extension EasyHandle {
  /// Sets what makes an HTTP transfer. The loop's thread watches its timeout: libcurl does not while the transfer waits
  /// for a connection to become free.
  fileprivate mutating func prepare(_ request: HTTPTransfer) throws(CurlFailure) {
    try set(CURLOPT_PROTOCOLS_STR, "http,https")
    try set(CURLOPT_URL, request.url)
    try set(CURLOPT_FOLLOWLOCATION, 0)
    try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    // Rather wait for one connection that carries many transfers than open many; HTTP/2 there is with TLS only.
    if request.url.hasASCIIPrefix("https://") { try set(CURLOPT_PIPEWAIT, 1) }
    try set(CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.wholeMilliseconds)
    try set(CURLOPT_HTTPHEADER, request.headerLines)
    try prepare(method: request.method, body: request.body)
  }

  private func prepare(method: String, body: [UInt8]) throws(CurlFailure) {
    if method == "HEAD" { return try set(CURLOPT_NOBODY, 1) }
    if !body.isEmpty || ["POST", "PUT", "PATCH"].contains(method) {
      try set(CURLOPT_POST, 1)
      try setSize(CURLOPT_POSTFIELDSIZE_LARGE, body.count)
      if body.isEmpty { try set(CURLOPT_COPYPOSTFIELDS, "") } else { try setCopy(CURLOPT_COPYPOSTFIELDS, body) }
    } else {
      try set(CURLOPT_HTTPGET, 1)
    }
    if method != "GET" || !body.isEmpty { try set(CURLOPT_CUSTOMREQUEST, method) }
  }
}
