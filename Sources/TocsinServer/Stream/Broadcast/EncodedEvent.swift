import NIOCore
import Synchronization
import TocsinCore

/// An event as clients get it: encoded once per node and format, shared by all loops and clients.
final class EncodedEvent: Sendable {
  /// What a place in the log holds.
  enum Content: Sendable {
    /// An event; its body is left out, the frame has it.
    case event(EventEnvelope)
    /// An event of a version that this node does not know: it takes its place, nobody gets it.
    case unknown
    /// A `resync`, for everybody.
    case resync
  }

  /// Its place in the installation's event log; of a resync, the place from which the stream goes on.
  let id: EventID
  /// What it is.
  let content: Content
  /// The WebSocket frame.
  private let frame: ByteBuffer
  /// The server-sent event, once somebody gets it.
  private let serverSent = Mutex<ByteBuffer?>(nil)

  /// Encodes an event.
  init(_ event: LoggedEvent) {
    id = event.id
    if var envelope = event.envelope {
      frame = OutgoingFrame.text(envelope.frame(id: event.id))
      envelope.body = []
      content = .event(envelope)
    } else {
      frame = ByteBuffer()
      content = .unknown
    }
  }

  /// Encodes a resync.
  init(resync reason: String, position: EventID) {
    id = position
    content = .resync
    frame = ServerMessage.resync(reason: reason, position: position).encoded(in: .webSocket)
  }

  /// How many bytes the WebSocket frame has, and about as many any other form.
  var size: Int { frame.readableBytes }

  /// What clients get.
  func bytes(in format: EventFormat) -> ByteBuffer {
    switch format {
    case .webSocket: frame
    case .serverSentEvents:
      serverSent.withLock { kept in
        if let kept { return kept }
        let made = format.encode(type: type, id: id, json: OutgoingFrame.payload(of: frame).readableBytesView)
        kept = made
        return made
      }
    }
  }

  private var type: String {
    switch content {
    case .event(let envelope): envelope.kind.rawValue
    case .unknown: ""
    case .resync: "resync"
    }
  }

  /// Whether clients of that tenant with these subscriptions get it.
  func matches(_ subscriptions: Subscriptions, tenant: Tenant) -> Bool {
    switch content {
    case .event(let envelope): envelope.tenant == tenant && subscriptions.matches(envelope)
    case .unknown: false
    case .resync: true
    }
  }
}
