import NIOCore
import TocsinCore
import TocsinJSON

/// A client of a Tocsin cluster's HTTP interface.
///
/// Of several servers the next is tried when one cannot be reached or is busy (429, 503); a request that is safe to repeat
/// goes on to the next also when one does not answer. A check without an answer is not repeated: it may have fired.
package struct TocsinClient: Sendable {
  /// The servers, in the order in which they are tried.
  package let servers: [ServerAddress]
  /// Who makes changes, as `X-Tocsin-User` tells the server: it is in rules' history, and acknowledges and resolves
  /// where no other user is named.
  package var user: String? { transport.user }
  let transport: HTTPTransport

  /// A client of these servers, at least one.
  /// - Parameters:
  ///   - timeout: how long one server may take to answer one request
  ///   - user: who makes changes, 1 to 256 bytes without control characters; requests that change something fail where
  ///     it is anything else
  package init(servers: [ServerAddress], timeout: Duration = .seconds(10), user: String? = nil) {
    precondition(!servers.isEmpty, "a client needs a server")
    self.servers = servers
    transport = HTTPTransport(servers: servers, timeout: TimeAmount(timeout), user: user)
  }

  /// A client of the servers at these URLs.
  /// - Throws: ``ClientError`` of code ``ClientError/Code/invalidURL``
  package init(
    urls: [String], timeout: Duration = .seconds(10), user: String? = nil
  ) throws(ClientError) {
    var servers: [ServerAddress] = []
    for url in urls { servers += try ServerAddress.list(url) }
    guard !servers.isEmpty else { throw .invalidURL("", "no address is named") }
    self.init(servers: servers, timeout: timeout, user: user)
  }

  /// Closes all connections. The client cannot be used afterwards.
  package func shutdown() async {
    await transport.shutdown()
  }

  /// Reads an answer's value, or says that the answer is not understood.
  func answer<Value>(
    _ request: APIRequest, _ read: (JSON) throws -> Value?
  ) async throws(ClientError) -> Answer<Value> {
    let json = try await transport.send(request)
    let value: Value?
    do { value = try read(json) } catch { throw .unexpected(nil, "the answer is not understood: \(error)") }
    guard let value else { throw .unexpected(nil, "the answer lacks what was asked for: is this a Tocsin server?") }
    return Answer(value: value, json: json)
  }
}
