import NIOCore
package import NIOHTTP1
package import TocsinCore

/// What a connection hands its requests to.
///
/// This is the one way in for all of them. Hummingbird's router and its response writer are not used: a response would be
/// made twice, and neither the prepared bytes of a quiet check nor a buffer that thousands of streams share fit through
/// it. Of Hummingbird there is its server: it listens, accepts, and ends its connections in order.
protocol Responder: Sendable {
  /// Serves a request. Called on the connection's event loop; must not block.
  /// - Returns: the response where there is nothing to wait for; nil where ``Reply`` gets it, once
  func respond(to request: Request, _ reply: Reply) -> Response?

  /// Whether clients that want a stream are turned away: the node is about to stop, or does not know the event log yet.
  var refusesStreams: Bool { get }

  /// Takes over a channel after the head of its stream was sent: there is no HTTP handler in its pipeline any more but the
  /// decoder, which goes when the future succeeds and passes on what it had read too far.
  func adopt(_ channel: any Channel, _ request: StreamRequest) -> EventLoopFuture<Void>
}

/// What a request is answered with.
enum Response: Sendable {
  /// The answer to a check that fires nothing: always the same.
  case quiet
  /// An answer that is there as a whole.
  case answer(HTTPAnswer)
  /// An answer whose body is made while it is sent.
  case streamed(StreamedAnswer)
}

/// A request for the stream of alerts.
package struct StreamRequest: Sendable {
  /// How the events travel.
  package enum Transport: Sendable, Hashable {
    case webSocket
    case serverSentEvents
  }

  /// The request; its query subscribes and resumes.
  package var head: HTTPRequestHead
  /// Whose alerts the client may see, and who acts.
  package var principal: Principal
  /// How the events travel.
  package var transport: Transport

  /// A request of these parts.
  package init(head: HTTPRequestHead, principal: Principal = .anonymous, transport: Transport = .webSocket) {
    self.head = head
    self.principal = principal
    self.transport = transport
  }
}
