import NIOCore
import NIOHTTP1
import Synchronization
import TocsinEngine
import TocsinMetrics

@testable import TocsinServer

/// Answers checks by their body: `quiet`, `bad`, anything else is `pending` and answered by its echo; other requests
/// are answered by their method and body.
final class FakeRequestServer: RequestServer {
  private let gate: Gate?
  private let handshakes = Mutex<[HTTPRequestHead]>([])
  private let requests = Atomic<Int>(0)
  let refusesSockets: Bool
  let metrics = MetricsRegistry()

  /// - Parameter gate: what pending checks wait for
  init(gate: Gate? = nil, refusesSockets: Bool = false) {
    self.gate = gate
    self.refusesSockets = refusesSockets
  }

  /// The handshakes of the channels that were adopted.
  var adopted: [HTTPRequestHead] { handshakes.withLock { $0 } }

  func begin(check body: UnsafeRawBufferPointer) -> CheckStart {
    let text = String(decoding: body, as: UTF8.self)
    switch text {
    case "quiet": return .quiet
    case "bad": return .answered(Problem(422, "bad").answer(instance: "/api/alerts/check"))
    default:
      return .pending { [gate] executor, then in
        Task(executorPreference: executor) {
          await gate?.opened()
          then { Answer(bytes: Array("fired \(text)".utf8)) }
        }
      }
    }
  }

  /// How many requests that are no checks were served.
  var served: Int { requests.load(ordering: .acquiring) }

  /// `/large/n` is answered with n bytes.
  func respond(to request: RequestSequence.Request, on channel: any Channel) async -> Answer {
    requests.add(1, ordering: .releasing)
    if request.head.uri.hasPrefix("/large/"), let size = Int(request.head.uri.dropFirst(7)) {
      return Answer(bytes: Array(repeating: UInt8(ascii: "a"), count: size))
    }
    return Answer(bytes: Array("\(request.head.method) \(String(buffer: request.body))".utf8))
  }

  func adopt(_ channel: any Channel, head: HTTPRequestHead) -> EventLoopFuture<Void> {
    handshakes.withLock { $0.append(head) }
    return channel.eventLoop.makeCompletedFuture {
      try channel.pipeline.syncOperations.addHandler(EchoHandler())
    }
  }

  /// What a connection needs.
  func shared(_ configuration: ServerConfiguration = ServerConfiguration()) -> ConnectionHandler.Shared {
    ConnectionHandler.Shared(
      configuration: configuration, server: self, quiet: QuietAnswer(),
      log: RequestLog(metrics: metrics, accessLog: nil),
      budgets: ConnectionBudgets(configuration, metrics: metrics),
      browsers: configuration.browsers ?? BrowserAccess(listeningOn: configuration.host))
  }
}

/// Opens once.
final class Gate: Sendable {
  private let stream = AsyncStream<Void>.makeStream()

  func open() { stream.continuation.finish() }

  func opened() async {
    for await _ in stream.stream {}
  }
}

/// Sends back what it reads, as a protocol after HTTP would.
private final class EchoHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    context.writeAndFlush(data, promise: nil)
  }
}
