import TocsinCore
import TocsinJSON

/// One request to the HTTP interface.
struct APIRequest: Sendable {
  enum Method: String, Sendable { case get = "GET", put = "PUT", post = "POST", delete = "DELETE" }

  var method: Method
  /// Below the server's base path, percent-encoded, with its query.
  var target: String
  var body: JSON?
  /// Whether sending it twice does the same as sending it once. A request that is not is sent to another server
  /// only when no server has seen it, or when one asks for it to be sent again (429, 503).
  var isRepeatable: Bool

  init(_ method: Method, _ path: String, query: [(String, String)] = [], body: JSON? = nil, isRepeatable: Bool = true) {
    self.method = method
    target = path + queryText(query)
    self.body = body
    self.isRepeatable = isRepeatable
  }
}
