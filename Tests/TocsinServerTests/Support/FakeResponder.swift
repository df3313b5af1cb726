import NIOCore
import NIOHTTP1
import Synchronization
import TocsinEngine
import TocsinMetrics

@testable import TocsinServer

/// Answers checks by their body: `quiet`, `bad`, anything else is `pending` and answered by its echo; other requests
/// are answered by their method and body.
final class FakeResponder: Responder {
  private let gate: Gate?
  private let handshakes = Mutex<[HTTPRequestHead]>([])
  private let requests = Atomic<Int>(0)
  private let produced = SharedCount()
  let refusesStreams: Bool
  let metrics = MetricsRegistry()

  /// - Parameter gate: what pending checks wait for
  init(gate: Gate? = nil, refusesStreams: Bool = false) {
    self.gate = gate
    self.refusesStreams = refusesStreams
  }

  /// The handshakes of the channels that were adopted.
  var adopted: [HTTPRequestHead] { handshakes.withLock { $0 } }

  /// How many pieces of streamed answers were made.
  var pieces: Int { produced.value }

  /// How many requests that are no checks were served.
  var served: Int { requests.load(ordering: .acquiring) }

  /// `/large/n` is answered with n bytes, `/stream/n` with n pieces of 10,000 bytes, `/broken` with a piece and no end.
  func respond(to request: Request, _ reply: Reply) -> Response? {
    if request.isCheck { return check(request, reply) }
    requests.add(1, ordering: .releasing)
    let uri = request.head.uri
    if uri.hasPrefix("/stream/"), let count = Int(uri.dropFirst(8)) {
      return .streamed(
        StreamedAnswer(contentType: "text/plain") { [produced] body in
          for number in 0..<count {
            try await body.write(Array(repeating: UInt8(ascii: "0") + UInt8(number % 10), count: 10_000))
            produced.increment()
          }
        })
    }
    if uri == "/broken" {
      return .streamed(
        StreamedAnswer(contentType: "text/plain") { body in
          try await body.write(Array("half".utf8))
          throw CancellationError()
        })
    }
    reply.send(awaiting: {
      if uri.hasPrefix("/large/"), let size = Int(uri.dropFirst(7)) {
        return .answer(HTTPAnswer(bytes: Array(repeating: UInt8(ascii: "a"), count: size)))
      }
      return .answer(HTTPAnswer(bytes: Array("\(request.head.method) \(String(buffer: request.body))".utf8)))
    })
    return nil
  }

  private func check(_ request: Request, _ reply: Reply) -> Response? {
    let text = String(buffer: request.body)
    switch text {
    case "quiet": return .quiet
    case "bad": return .answer(Problem(422, "bad").answer(to: request))
    default:
      let executor = reply.executor
      Task(executorPreference: executor) { [gate] in
        await gate?.opened()
        reply.send { .answer(HTTPAnswer(bytes: Array("fired \(text)".utf8))) }
      }
      return nil
    }
  }

  func adopt(_ channel: any Channel, _ request: StreamRequest) -> EventLoopFuture<Void> {
    handshakes.withLock { $0.append(request.head) }
    return channel.eventLoop.makeCompletedFuture {
      try channel.pipeline.syncOperations.addHandler(EchoHandler())
    }
  }

  /// What a connection needs.
  func shared(_ configuration: ServerConfiguration = ServerConfiguration()) -> HTTPConnectionHandler.Shared {
    HTTPConnectionHandler.Shared(
      configuration: configuration, responder: self, quiet: CachedResponse(),
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

/// A number that several tasks count up.
final class SharedCount: Sendable {
  private let count = Atomic<Int>(0)

  var value: Int { count.load(ordering: .acquiring) }

  func increment() { count.add(1, ordering: .releasing) }
}
