import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization
import TocsinCore
import TocsinJSON

/// Sends requests to the first server that answers.
final class HTTPTransport: Sendable {
  private let servers: [ServerAddress]
  private let timeout: TimeAmount
  let user: String?
  private let client: HTTPClient
  /// Which server answered last: the next request begins there.
  private let preferred = Mutex(0)

  init(servers: [ServerAddress], timeout: TimeAmount, user: String?) {
    self.user = user
    self.servers = servers
    self.timeout = timeout
    var configuration = HTTPClient.Configuration()
    configuration.timeout.connect = min(timeout, .seconds(5))
    configuration.redirectConfiguration = .disallow
    configuration.connectionPool.retryConnectionEstablishment = false
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  func shutdown() async {
    try? await client.shutdown()
  }

  /// Sends a request, to the next server where one fails and it is safe to try another.
  /// - Returns: the body of an answer of 200 to 299
  func send(_ request: APIRequest) async throws(ClientError) -> JSON {
    let first = preferred.withLock { $0 }
    var failures: [ClientError] = []
    for offset in servers.indices {
      let index = (first + offset) % servers.count
      do {
        let answer = try await send(request, to: servers[index])
        preferred.withLock { $0 = index }
        return answer
      } catch {
        failures.append(error)
        guard mayTryAnother(after: error, request) else { break }
      }
    }
    throw ClientError.summary(of: failures)
  }

  private func mayTryAnother(after error: ClientError, _ request: APIRequest) -> Bool {
    // 429 and 503 ask for it to be sent again.
    if error.code == .unreachable || error.status == 429 || error.status == 503 { return true }
    return request.isRepeatable && (error.isUnavailability || error.status == 502 || error.status == 504)
  }

  private func send(_ request: APIRequest, to server: ServerAddress) async throws(ClientError) -> JSON {
    var message = HTTPClientRequest(url: server.description + request.target)
    message.method = HTTPMethod(rawValue: request.method.rawValue)
    message.headers.add(name: "user-agent", value: "tocsin/\(TocsinRelease.version)")
    message.headers.add(name: "accept", value: "application/json, application/problem+json")
    if let user, request.method != .get {
      guard UserName.isValid(user) else { throw .invalidUser }
      message.headers.add(name: "x-tocsin-user", value: user)
    }
    if let body = request.body {
      var bytes: [UInt8] = []
      body.append(to: &bytes)
      message.headers.add(name: "content-type", value: "application/json")
      message.body = .bytes(bytes, length: .known(Int64(bytes.count)))
    }
    let status: Int
    let retryAfter: Int?
    let body: [UInt8]
    do {
      let response = try await client.execute(message, timeout: timeout)
      status = Int(response.status.code)
      retryAfter = response.headers.first(name: "retry-after").flatMap { Int($0) }
      body = Array(buffer: try await response.body.collect(upTo: 64 << 20))
    } catch {
      let failure = ConnectionFailure(error)
      throw ClientError(failure.code, server: server, reason: failure.reason)
    }
    let json: JSON?
    do { json = try JSON(parsing: body) } catch { json = nil }
    guard (200..<300).contains(status) else {
      var error = ClientError(status: status, json: json, server: server)
      error.retryAfterSeconds = retryAfter
      throw error
    }
    guard let json else { throw .unexpected(server, "the answer is not JSON: is this a Tocsin server?") }
    return json
  }
}

extension ClientError {
  /// An answer that is not 200 to 299.
  init(status: Int, json: JSON?, server: ServerAddress) {
    let problem = json.flatMap { Problem(json: $0, status: status) }
    self.init(
      status == 404 ? .notFound : .refused, server: server, status: status, problem: problem,
      reason: problem?.summary ?? "the server answered \(status) without saying why")
  }

  /// One error for what several servers did: the last answer where there was one, else all failures.
  static func summary(of failures: [ClientError]) -> ClientError {
    if let answer = failures.last(where: { !$0.isUnavailability }) { return answer }
    guard failures.count > 1 else { return failures[0] }
    let code = failures.contains { $0.code != .unreachable } ? failures.last { $0.code != .unreachable }?.code : nil
    return ClientError(code ?? .unreachable, reason: failures.map(\.description).joined(separator: "; "))
  }
}
