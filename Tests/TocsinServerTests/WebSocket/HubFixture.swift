import Logging
import NIOCore
import NIOEmbedded
import NIOWebSocket
import Synchronization
import TocsinCore
import TocsinEngine
import TocsinJSON
import TocsinMetrics

@testable import TocsinServer

/// The place of the n-th event.
func place(_ number: Int, epoch: String = "e") -> EventID {
  EventID(epoch: epoch, milliseconds: UInt64(number), sequence: 0)
}

let sampleAlert = AlertID(high: 0x018f_3c5e_9f00_7abc, low: 0x8def_0123_4567_89ab)

/// The n-th event of a log.
func logged(
  _ number: Int, campaign: String = "c", severity: Severity = .high, kind: EventEnvelope.Kind = .alert, size: Int = 0,
  epoch: String = "e"
) -> LoggedEvent {
  let body = "\"n\":\(number),\"pad\":\"" + String(repeating: "x", count: size) + "\"}"
  return LoggedEvent(
    id: place(number, epoch: epoch),
    envelope: EventEnvelope(
      kind: kind, tenant: .standard, alertID: sampleAlert, campaignID: campaign, severity: severity,
      alertType: .roasDrop, body: Array(body.utf8)))
}

/// Something that happened.
final class Flag: Sendable {
  private let state = Atomic<Bool>(false)

  var isSet: Bool { state.load(ordering: .relaxed) }

  func set() { state.store(true, ordering: .relaxed) }
}

/// Keeps what sessions ask for, until the test answers.
final class HeldBackend: HubBackend {
  struct Application {
    var action: AlertAction
    var id: AlertID
    var user: String?
    var answer: @Sendable (Result<AlertActionOutcome, EngineError>) -> Void
  }

  private struct State {
    var pages: [(place: EventID, answer: @Sendable (HistoryPage) -> Void)] = []
    var applications: [Application] = []
  }

  private let state = Mutex(State())

  func page(after place: EventID, answer: @escaping @Sendable (HistoryPage) -> Void) {
    state.withLock { $0.pages.append((place, answer)) }
  }

  func apply(
    _ action: AlertAction, to id: AlertID, by user: String?, tenant: Tenant,
    answer: @escaping @Sendable (Result<AlertActionOutcome, EngineError>) -> Void
  ) {
    let application = Application(action: action, id: id, user: user, answer: answer)
    state.withLock { $0.applications.append(application) }
  }

  var waitingPages: [EventID] { state.withLock { $0.pages.map(\.place) } }

  func takePage() -> (place: EventID, answer: @Sendable (HistoryPage) -> Void)? {
    state.withLock { $0.pages.isEmpty ? nil : $0.pages.removeFirst() }
  }

  func takeApplication() -> Application? {
    state.withLock { $0.applications.isEmpty ? nil : $0.applications.removeFirst() }
  }
}

/// The hub of one embedded loop. The log starts at place 0.
final class HubFixture {
  let loop = EmbeddedEventLoop()
  let backend = HeldBackend()
  let metrics = MetricsRegistry()
  let hub: LoopHub
  private let count = CountBox()

  private final class CountBox: Sendable {
    let value = Atomic<Int>(0)
  }

  init(_ configure: (inout StreamConfiguration) -> Void = { _ in }, startsAt start: EventID? = place(0)) {
    var configuration = StreamConfiguration()
    configure(&configuration)
    let count = count
    hub = LoopHub(
      loop: loop, configuration: configuration, backend: backend, metrics: HubMetrics(metrics),
      logger: Logger(label: "test"), wallClock: { Timestamp(milliseconds: 1_767_225_600_000) }
    ) { count.value.wrappingAdd($1, ordering: .relaxed) }
    if let start { resync("the node has just started", at: start) }
  }

  var clients: Int { count.value.load(ordering: .relaxed) }

  func resync(_ reason: String, at position: EventID) {
    hub.resync(EncodedEvent(resync: reason, position: position))
    settle()
  }

  /// Delivers events and lets the hub finish.
  func deliver(_ events: [LoggedEvent]) {
    hub.append(events.map { EncodedEvent($0) })
    settle()
  }

  func settle() {
    loop.advanceTime(by: .milliseconds(5))
  }

  func connect(_ target: String = "/ws/alerts") -> HubClient {
    HubClient(fixture: self, target: target)
  }

  func value(of line: String) -> String? {
    metrics.render().split(separator: "\n").first { $0.hasPrefix(line + " ") }.map {
      String($0.dropFirst(line.count + 1))
    }
  }
}

/// A client on an embedded channel.
final class HubClient {
  let channel: EmbeddedChannel
  private let fixture: HubFixture
  private var frames = ServerFrames()

  init(fixture: HubFixture, target: String) {
    self.fixture = fixture
    channel = EmbeddedChannel(loop: fixture.loop)
    let subscriber = Subscriber(hub: fixture.hub, tenant: .standard, clientID: sampleAlert)
    let session = SessionHandler(subscriber, query: ConnectionQuery(target: target))
    do {
      try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
      try channel.pipeline.syncOperations.addHandlers([
        ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: MessageAssembler.maximumSize)), session,
      ])
    } catch {
      preconditionFailure("\(error)")
    }
    fixture.settle()
  }

  func send(_ text: String) { send(bytes: ClientFrame.bytes(text)) }

  func send(bytes: [UInt8]) {
    // A decoder's error is what the handler answers to; the channel throws it, too.
    _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
    fixture.settle()
  }

  /// Everything that was sent since the last call.
  func received() -> [ServerFrames.Frame] {
    while let buffer = try? channel.readOutbound(as: ByteBuffer.self) { frames.feed(buffer) }
    var all: [ServerFrames.Frame] = []
    while let frame = frames.next() { all.append(frame) }
    return all
  }

  /// The types of the messages since the last call.
  func types() -> [String] { received().map(\.type) }

  /// The numbers of the events since the last call.
  func numbers() -> [Int] {
    received().compactMap { frame in
      if case .integer(let number) = frame.json["n"] { Int(number) } else { nil }
    }
  }

  var isWritable: Bool {
    get { channel.isWritable }
    set {
      guard channel.isWritable != newValue else { return }
      channel.isWritable = newValue
      channel.pipeline.fireChannelWritabilityChanged()
    }
  }
}
