import NIOCore
import NIOHTTP1
import TocsinCore

@testable import TocsinServer

extension Request {
  /// A request as a connection passes it on.
  init(
    test method: HTTPMethod, _ uri: String, headers: HTTPHeaders = ["host": "h"], body: String = "",
    principal: Principal = .anonymous
  ) {
    let head = HTTPRequestHead(version: .http1_1, method: method, uri: uri, headers: headers)
    var ids = RequestIDs(seed: 1)
    let summary = HeaderSummary(head)
    self.init(
      head: head, summary: summary, body: ByteBuffer(string: body), principal: principal,
      id: summary.requestID ?? ids.next())
  }
}
