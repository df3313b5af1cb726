import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOPosix
import NIOSSL
import Synchronization

/// An HTTP server on a free loopback port; the path says how it answers.
final class WebServer: Sendable {
  /// A request that arrived.
  struct Request: Sendable {
    var head: HTTPRequestHead
    var body: [UInt8]
  }

  enum Kind {
    case plain, tls, http2
  }

  let arrived = Tally()
  let connected = Tally()
  let disconnected = Tally()
  let bytesWritten = Atomic(0)
  /// The most connections that were open at once.
  let mostConnections = Atomic(0)
  /// Requests for `/gate` are answered when it opens.
  let gate: EventLoopPromise<Void>
  private let received = Mutex<[Request]>([])
  private let channel: any Channel
  private let scheme: String

  private init(channel: any Channel, scheme: String) {
    self.channel = channel
    self.scheme = scheme
    gate = channel.eventLoop.makePromise()
  }

  var port: Int { channel.localAddress?.port ?? 0 }
  var requests: [Request] { received.withLock { $0 } }

  func url(_ path: String, host: String = "127.0.0.1") -> String { "\(scheme)://\(host):\(port)\(path)" }

  func openGate() {
    gate.succeed()
  }

  func record(_ request: Request) {
    received.withLock { $0.append(request) }
    arrived.add()
  }

  /// Runs the body with a server.
  static func with<T>(
    _ kind: Kind = .plain, certificates: Certificates? = nil, _ body: (WebServer) async throws -> T
  ) async throws -> T {
    let context =
      switch kind {
      case .plain: NIOSSLContext?.none
      case .tls: try (certificates ?? Certificates.shared.get()).serverContext(protocols: ["http/1.1"])
      case .http2: try (certificates ?? Certificates.shared.get()).serverContext(protocols: ["h2", "http/1.1"])
      }
    let ready = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: WebServer.self)
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 1024)
      .childChannelInitializer { channel in
        ready.futureResult.hop(to: channel.eventLoop).flatMap { server in
          server.configure(channel, context)
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let server = WebServer(channel: channel, scheme: context == nil ? "http" : "https")
    ready.succeed(server)
    do {
      let result = try await body(server)
      try await server.stop()
      return result
    } catch {
      try? await server.stop()
      throw error
    }
  }

  private func stop() async throws {
    gate.succeed()
    try await channel.close()
  }

  private func configure(_ channel: any Channel, _ context: NIOSSLContext?) -> EventLoopFuture<Void> {
    connected.add()
    let open = connected.count - disconnected.count
    _ = mostConnections.max(open, ordering: .relaxed)
    channel.closeFuture.whenComplete { _ in self.disconnected.add() }
    guard let context else {
      return channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
        try channel.pipeline.syncOperations.addHandler(WebHandler(self))
      }
    }
    do {
      try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
    } catch {
      return channel.eventLoop.makeFailedFuture(error)
    }
    return channel.configureCommonHTTPServerPipeline { channel in
      channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(WebHandler(self)) }
    }
  }
}
