/// What a server answered.
package struct HTTPResponse: Sendable, Hashable {
  /// The headers in the order in which they came.
  package struct Headers: Sendable, Hashable {
    /// Names as the server wrote them (lower case in HTTP/2), and values.
    package var fields: [HTTPTransfer.Header]

    /// Headers.
    package init(_ fields: [HTTPTransfer.Header] = []) {
      self.fields = fields
    }

    /// The first value of that name, whatever its case.
    package subscript(name: String) -> String? {
      let name = name.lowercased()
      return fields.first { $0.name.lowercased() == name }?.value
    }

    /// All values of that name, whatever its case.
    package func values(of name: String) -> [String] {
      let name = name.lowercased()
      return fields.filter { $0.name.lowercased() == name }.map(\.value)
    }
  }

  /// The protocol's version.
  package enum Version: String, Sendable, Hashable {
    /// HTTP/1.0.
    case http10
    /// HTTP/1.1.
    case http11
    /// HTTP/2.
    case http2
  }

  /// The status code, 200 to 599 from servers that keep to the rules.
  package var status: Int
  /// The headers; trailers are not among them.
  package var headers: Headers
  /// The body.
  package var body: [UInt8]
  /// The protocol's version; nil when libcurl does not know it.
  package var version: Version?
  /// How long it took.
  package var timings: TransferTimings

  /// A response.
  package init(
    status: Int, headers: Headers = Headers(), body: [UInt8] = [], version: Version? = nil,
    timings: TransferTimings = TransferTimings()
  ) {
    self.status = status
    self.headers = headers
    self.body = body
    self.version = version
    self.timings = timings
  }
}
