package import Logging
package import NIOCore
import NIOHTTP1
import NIOWebSocket
import Synchronization
package import TocsinCore
package import TocsinEngine
package import TocsinMetrics

/// The node's clients of the stream of alerts, by WebSocket and by server-sent events: every event of the cluster goes to
/// those of them that want it.
///
/// An event is encoded once; each event loop keeps a log of what its clients get, each client only a position in it.
/// ``run()`` has to run as long as there are clients.
package final class StreamHub: EventSink, Sendable {
  let hubs: [ObjectIdentifier: NIOLoopBoundBox<LoopHub>]
  private let backend: Backend
  private let clients: Clients
  private let wallClock: @Sendable () -> Timestamp

  /// How many clients there are, and whether more may come.
  private final class Clients: Sendable {
    let webSockets = Atomic<Int>(0)
    let eventStreams = Atomic<Int>(0)
    let isPositionKnown = Atomic<Bool>(false)
    let isDraining = Atomic<Bool>(false)
  }

  /// The hub of these event loops.
  /// - Parameters:
  ///   - feed: the node's view of the event log; attach the hub to it with `feed.attach(hub)`
  ///   - alerts: carries out what clients acknowledge and resolve
  ///   - eventLoopGroup: the loops of the channels that will be adopted
  ///   - wallClock: what time `connected` messages tell
  package convenience init(
    feed: EventFeed, alerts: AlertService, metrics: MetricsRegistry, eventLoopGroup: any EventLoopGroup,
    configuration: StreamConfiguration = StreamConfiguration(), logger: Logger,
    wallClock: @escaping @Sendable () -> Timestamp
  ) {
    self.init(
      history: feed, actions: alerts, metrics: metrics, eventLoopGroup: eventLoopGroup, configuration: configuration,
      logger: logger, wallClock: wallClock)
  }

  init(
    history: any EventHistory, actions: any AlertActions, metrics registry: MetricsRegistry,
    eventLoopGroup: any EventLoopGroup, configuration: StreamConfiguration, logger: Logger,
    wallClock: @escaping @Sendable () -> Timestamp
  ) {
    let metrics = HubMetrics(registry)
    let clients = Clients()
    let backend = Backend(history: history, actions: actions, pageSize: configuration.pageSize)
    var hubs: [ObjectIdentifier: NIOLoopBoundBox<LoopHub>] = [:]
    for loop in eventLoopGroup.makeIterator() {
      let hub = LoopHub(
        loop: loop, configuration: configuration, backend: backend, metrics: metrics, logger: logger,
        wallClock: wallClock
      ) { format, change in
        switch format {
        case .webSocket: clients.webSockets.wrappingAdd(change, ordering: .relaxed)
        case .serverSentEvents: clients.eventStreams.wrappingAdd(change, ordering: .relaxed)
        }
      }
      hubs[ObjectIdentifier(loop)] = NIOLoopBoundBox.makeBoxSendingValue(hub, eventLoop: loop)
    }
    registry.onCollect {
      metrics.webSocket.clients.set(Double(clients.webSockets.load(ordering: .relaxed)))
      metrics.transports[.serverSentEvents]?.clients.set(Double(clients.eventStreams.load(ordering: .relaxed)))
    }
    self.hubs = hubs
    self.backend = backend
    self.clients = clients
    self.wallClock = wallClock
  }

  /// How many clients are connected.
  package var clientCount: Int {
    clients.webSockets.load(ordering: .relaxed) + clients.eventStreams.load(ordering: .relaxed)
  }

  /// Whether new clients are welcome: the node knows the event log and does not shut down. A client that is adopted
  /// nevertheless is closed with a code that asks it to try again.
  package var isAccepting: Bool {
    clients.isPositionKnown.load(ordering: .acquiring) && !clients.isDraining.load(ordering: .acquiring)
  }

  /// Takes over a channel after the head of its stream was sent, with nothing of HTTP left in its pipeline but a decoder.
  /// - Parameter channel: a channel of one of the hub's event loops
  /// - Returns: when the client's handlers are in the pipeline
  package func adopt(channel: any Channel, _ request: StreamRequest) -> EventLoopFuture<Void> {
    guard let box = hubs[ObjectIdentifier(channel.eventLoop)] else {
      return channel.eventLoop.makeFailedFuture(ChannelError.inappropriateOperationForState)
    }
    let install: @Sendable () throws -> Void = {
      var generator = SystemRandomNumberGenerator()
      let subscriber = Subscriber(
        hub: box.value, tenant: request.principal.tenant,
        clientID: AlertID(at: self.wallClock(), using: &generator))
      try channel.syncOptions?.setOption(.recvAllocator, value: StreamHub.reading)
      try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
      var query = ConnectionQuery(target: request.head.uri)
      switch request.transport {
      case .webSocket:
        let actor = try Actor(request.principal, request.head.headers)
        let decoder = ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: MessageAssembler.maximumSize))
        try channel.pipeline.syncOperations.addHandlers([
          decoder, SessionHandler(subscriber, query: query, actor: actor),
        ])
      case .serverSentEvents:
        if let place = request.head.headers.first(name: "last-event-id"), !place.isEmpty { query.lastEventID = place }
        try channel.pipeline.syncOperations.addHandler(EventStreamHandler(subscriber, query: query))
      }
    }
    // On the loop at once: bytes of the client may be on their way through the pipeline.
    return channel.eventLoop.inEventLoop
      ? channel.eventLoop.makeCompletedFuture(withResultOf: install) : channel.eventLoop.submit(install)
  }

  /// Bounds what one client's frames cost in a turn of the loop: all that are read at once are gone through before the loop
  /// turns to anybody else, and a frame may have six bytes. A client's usual message is far shorter than this.
  private static var reading: AdaptiveRecvByteBufferAllocator {
    AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 1024, maximum: 8192)
  }

  /// Carries out what clients ask for beyond their event loop, until ``drain(over:)`` is done or the task is cancelled.
  package func run() async {
    await backend.run()
  }

  // MARK: EventSink

  package func deliver(_ events: [LoggedEvent]) {
    let encoded = events.map { EncodedEvent($0) }
    for box in hubs.values {
      box.eventLoop.execute { box.value.append(encoded) }
    }
  }

  package func resync(reason: String, position: EventID) {
    let marker = EncodedEvent(resync: reason, position: position)
    for box in hubs.values {
      box.eventLoop.execute { box.value.resync(marker) }
    }
    clients.isPositionKnown.store(true, ordering: .releasing)
  }

  // MARK: Shutdown

  /// Asks all clients to go elsewhere (code 1012), spread over that time, and waits until they are gone; one that does
  /// not answer is cut off two seconds later. New ones are turned away. Then ``run()`` returns.
  package func drain(over time: TimeAmount) async {
    clients.isDraining.store(true, ordering: .releasing)
    let gone = hubs.values.map { box in
      box.eventLoop.flatSubmit { box.value.drain(over: time) }
    }
    for future in gone {
      do { try await future.get() } catch { continue }
    }
    backend.finish()
  }
}
