import NIOCore
import NIOHTTP1

/// What a connection hands its requests to.
protocol RequestServer: Sendable {
  /// Begins a check. Called on the connection's event loop; must not block.
  func begin(check body: UnsafeRawBufferPointer) -> CheckStart

  /// Serves any other request.
  func respond(to request: RequestSequence.Request, on channel: any Channel) async -> Answer

  /// Whether WebSocket clients are turned away: the node is about to stop, or does not know the event log yet.
  var refusesSockets: Bool { get }

  /// Takes over a channel after the answer to its WebSocket handshake was sent: there is no HTTP handler in its
  /// pipeline any more but the decoder, which goes when the future succeeds and passes on what it had read too far.
  func adopt(_ channel: any Channel, head: HTTPRequestHead) -> EventLoopFuture<Void>
}

/// How far a check came without waiting.
enum CheckStart: Sendable {
  /// It fires nothing.
  case quiet
  /// It is answered otherwise: something is wrong with it.
  case answered(Answer)
  /// Something must be waited for.
  case pending(Work)

  /// What is left to do: call it with what runs its tasks, and with who takes the result, on any thread. The result makes
  /// the answer where it is called.
  typealias Work =
    @Sendable (
      _ executor: any TaskExecutor, _ then: @escaping @Sendable (@escaping Outcome) -> Void
    ) -> Void

  /// A result that becomes an answer.
  typealias Outcome = @Sendable () -> Answer
}
