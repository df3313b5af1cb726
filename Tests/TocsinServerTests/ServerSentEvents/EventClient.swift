import NIOCore
import NIOEmbedded
import TocsinCore
import TocsinJSON

@testable import TocsinServer

/// A client of server-sent events on an embedded channel. Reads as a browser does (HTML Living Standard, 9.2.6).
final class EventClient {
  struct Event {
    var id: String?
    var type: String
    var json: JSONObject

    /// The number that ``logged(_:campaign:severity:kind:size:epoch:)`` gave it.
    var number: Int? { json["n"]?.integer.map { Int($0) } }
  }

  let channel: EmbeddedChannel
  private let fixture: HubFixture
  private var text = ""
  private(set) var comments = 0
  private(set) var retry: Int?

  init(_ fixture: HubFixture, _ target: String = "/api/alerts/stream", lastEventID: String? = nil) {
    self.fixture = fixture
    channel = EmbeddedChannel(loop: fixture.loop)
    var query = ConnectionQuery(target: target)
    if let lastEventID { query.lastEventID = lastEventID }
    let subscriber = Subscriber(hub: fixture.hub, tenant: .standard, clientID: sampleAlert)
    do {
      try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
      try channel.pipeline.syncOperations.addHandler(EventStreamHandler(subscriber, query: query))
    } catch {
      preconditionFailure("\(error)")
    }
    fixture.settle()
  }

  func send(bytes: [UInt8]) {
    _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
    fixture.settle()
  }

  /// All events that were sent since the last call.
  func received() -> [Event] {
    while let buffer = try? channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
    var events: [Event] = []
    while let end = text.firstRange(of: "\n\n") {
      let block = text[..<end.lowerBound]
      text = String(text[end.upperBound...])
      var (id, type, data): (String?, String?, String) = (nil, nil, "")
      for line in block.split(separator: "\n") {
        if line.hasPrefix(":") { comments += 1 }
        if line.hasPrefix("id: ") { id = String(line.dropFirst(4)) }
        if line.hasPrefix("event: ") { type = String(line.dropFirst(7)) }
        if line.hasPrefix("data: ") { data += line.dropFirst(6) }
        if line.hasPrefix("retry: ") { retry = Int(line.dropFirst(7)) }
      }
      guard !data.isEmpty else { continue }
      events.append(Event(id: id, type: type ?? "message", json: (try? JSON(parsing: data))?.object ?? [:]))
    }
    return events
  }

  /// The numbers of the events since the last call.
  func numbers() -> [Int] { received().compactMap(\.number) }

  var isWritable: Bool {
    get { channel.isWritable }
    set {
      guard channel.isWritable != newValue else { return }
      channel.isWritable = newValue
      channel.pipeline.fireChannelWritabilityChanged()
    }
  }
}
