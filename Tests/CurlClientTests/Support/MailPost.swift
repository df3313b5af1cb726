import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

@testable import CurlClient

/// A scripted SMTP server on a free loopback port.
final class MailPost: Sendable {
  /// What a step is answered with.
  enum Reply: Sendable {
    /// One or more lines.
    case say(String)
    case hang, close
  }

  /// How the server behaves. Steps without a reply of their own are accepted.
  struct Script: Sendable {
    var encryption = MailServer.Encryption.none
    /// What EHLO offers, beside STARTTLS.
    var extensions = ["8BITMIME", "SIZE 100000000"]
    /// By step: `GREETING`, `MESSAGE`, or a command's first word; a recipient's step is `RCPT address`.
    var replies: [String: Reply] = [:]
    /// The server stops to read when DATA has come, until ``MailPost/resumeReading()``.
    var stopsReading = false
  }

  /// All that clients said, without the messages.
  let commands = Mutex<[String]>([])
  /// The messages that arrived to their end, dots taken away.
  let messages = Mutex<[String]>([])
  /// Bytes of messages, ended or not.
  let messageBytes = Atomic(0)
  /// Each step that came; a message's is `MESSAGE`.
  let steps = Mutex<[String: Tally]>([:])
  let connected = Tally()
  let disconnected = Tally()
  /// The most connections that were open at once.
  let mostConnections = Atomic(0)
  let script: Script
  private let channels = Mutex<[any Channel]>([])
  private let channel: any Channel

  private init(_ channel: any Channel, _ script: Script) {
    self.channel = channel
    self.script = script
  }

  var port: Int { channel.localAddress?.port ?? 0 }

  func server(
    _ encryption: MailServer.Encryption = .none, host: String = "127.0.0.1", login: MailServer.Login? = nil
  ) -> MailServer {
    MailServer(host: host, port: port, encryption: encryption, login: login, greetingName: "tests.example.org")
  }

  /// Counts how often a step came.
  func tally(_ step: String) -> Tally {
    steps.withLock { steps in
      if let tally = steps[step] { return tally }
      let tally = Tally()
      steps[step] = tally
      return tally
    }
  }

  /// Runs the body with a server.
  static func with<T>(
    _ script: Script = Script(), _ body: (MailPost) async throws -> T
  ) async throws -> T {
    let context = try Certificates.shared.get().serverContext()
    let ready = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: MailPost.self)
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        ready.futureResult.hop(to: channel.eventLoop).flatMapThrowing { post in
          post.add(channel)
          if script.encryption == .implicit {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
          }
          try channel.pipeline.syncOperations.addHandler(MailHandler(post, context))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let post = MailPost(channel, script)
    ready.succeed(post)
    do {
      let result = try await body(post)
      try await post.stop()
      return result
    } catch {
      try? await post.stop()
      throw error
    }
  }

  /// Closes all connections.
  func hangUp() async throws {
    for channel in channels.withLock({ $0 }) { try await channel.close() }
  }

  /// Reads on after a stop.
  func resumeReading() async throws {
    for channel in channels.withLock({ $0 }) { try? await channel.setOption(.autoRead, value: true).get() }
  }

  private func add(_ channel: any Channel) {
    channels.withLock { $0.append(channel) }
    connected.add()
    _ = mostConnections.max(connected.count - disconnected.count, ordering: .relaxed)
    channel.closeFuture.whenComplete { _ in self.disconnected.add() }
  }

  private func stop() async throws {
    for channel in channels.withLock({ $0 }) { channel.close(promise: nil) }
    try await channel.close()
  }
}
