import Histogram
import NIOCore
import NIOPosix
import NIOSSL
import TocsinClient

/// One thread's share of a measurement. Lives on one event loop.
final class LoadWorker {
  private let plan: LoadPlan
  private let number: Int
  private let eventLoop: any EventLoop
  private let tls: NIOSSLContext?
  private let templates: [RequestTemplate]
  private var done: EventLoopPromise<Void>?
  private var machine: LoadMachine?
  private var connections: [LoadConnection?] = []
  private var nextSequence: UInt64
  private var sweep: RepeatedTask?
  private var drainEnd = UInt64.max
  private var isFinished = false
  private(set) var result = LoadResult()

  init(_ plan: LoadPlan, number: Int, eventLoop: any EventLoop, tls: NIOSSLContext?) {
    self.plan = plan
    self.number = number
    self.eventLoop = eventLoop
    self.tls = tls
    templates = plan.servers.map { RequestTemplate(server: $0, check: plan.check, batch: plan.batch) }
    nextSequence = UInt64(number * (plan.batch ?? 1))
    let count = (plan.connections - number + plan.workers - 1) / plan.workers
    connections = Array(repeating: nil, count: count)
  }

  /// Opens all connections.
  func connect() -> EventLoopFuture<Void> {
    EventLoopFuture.andAllSucceed(connections.indices.map { connect($0) }, on: eventLoop)
  }

  /// Begins to send.
  /// - Returns: a future that succeeds when everything was sent and answered, or given up
  func begin(at start: UInt64) -> EventLoopFuture<Void> {
    let done = eventLoop.makePromise(of: Void.self)
    self.done = done
    let end = start + UInt64(plan.duration * 1e9)
    drainEnd = end + UInt64(plan.timeout * 1e9)
    switch plan.pace {
    case .open(let rate):
      let schedule = OpenSchedule(
        start: start, rate: rate, duration: plan.duration, worker: number, workers: plan.workers)
      machine = LoadMachine(.open(schedule))
    case .closed: machine = LoadMachine(.closed(until: end))
    }
    for index in connections.indices where connections[index] != nil {
      perform(machine?.ready(index, now: Self.now))
    }
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    sweep = eventLoop.scheduleRepeatedTask(initialDelay: .milliseconds(100), delay: .milliseconds(100)) { _ in
      bound.value.giveUpOnLateAnswers()
    }
    tick()
    return done.futureResult
  }

  func connectionOpened(_ connection: LoadConnection) {
    connections[connection.index] = connection
    perform(machine?.ready(connection.index, now: Self.now))
  }

  /// A connection has its answer. One that the server closes after it is replaced.
  func answered(_ connection: LoadConnection, sequence: UInt64, due: UInt64, response: ResponseReader.Response) {
    let now = Self.now
    result.statuses[response.status, default: 0] += 1
    result.lastAnswer = now
    if (200..<300).contains(response.status) {
      result.latencies.record(now > due ? now - due : 0)
      let alerts = Self.alertCount(response.body, isBatch: plan.batch != nil)
      result.alerts += alerts
      if plan.recordsRaised { result.raised.append((sequence, alerts)) }
    }
    if response.closes {
      replace(connection, busy: true)
    } else {
      perform(machine?.answered(connection.index, now: now))
    }
    endIfDone()
  }

  /// A connection ended by itself. Where it was busy its request counts as failed for that reason.
  func connectionLost(_ connection: LoadConnection, busy: Bool, reason: String) {
    if busy { result.failures[reason, default: 0] += 1 }
    replace(connection, busy: busy)
    endIfDone()
  }

  private func replace(_ connection: LoadConnection, busy: Bool) {
    let index = connection.index
    connections[index] = nil
    machine?.lost(index, busy: busy)
    reconnectLater(index)
  }

  /// The monotonic clock.
  static var now: UInt64 { NIODeadline.now().uptimeNanoseconds }

  private func connect(_ index: Int) -> EventLoopFuture<Void> {
    let server = plan.servers[(index * plan.workers + number) % plan.servers.count]
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    return ClientBootstrap(group: eventLoop)
      .connectTimeout(.seconds(5))
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let worker = bound.value
          if let tls = worker.tls, server.usesTLS {
            try channel.pipeline.syncOperations.addHandler(
              NIOSSLClientHandler(context: tls, serverHostname: server.tlsName))
          }
          try channel.pipeline.syncOperations.addHandler(LoadConnection(index: index, worker: worker))
        }
      }
      .connect(host: server.host, port: server.port).map { _ in }
  }

  private func reconnectLater(_ index: Int) {
    guard !isFinished else { return }
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    eventLoop.scheduleTask(in: .milliseconds(100)) {
      guard !bound.value.isFinished else { return }
      bound.value.connect(index).whenFailure { _ in bound.value.reconnectLater(index) }
    }
  }

  private func tick() {
    guard machine != nil else { return }
    for send in machine?.tick(now: Self.now) ?? [] { perform(send) }
    guard let due = machine?.nextDue else { return endIfDone() }
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    eventLoop.scheduleTask(deadline: .uptimeNanoseconds(due)) { bound.value.tick() }
  }

  private func perform(_ send: LoadMachine.Send?) {
    guard let send, let connection = connections[send.connection] else { return }
    let template = templates[(send.connection * plan.workers + number) % templates.count]
    connection.send(template, sequence: nextSequence, due: send.due)
    nextSequence += UInt64(plan.workers * (plan.batch ?? 1))
  }

  private func giveUpOnLateAnswers() {
    let now = Self.now
    let limit = UInt64(plan.timeout * 1e9)
    for connection in connections {
      if let sentAt = connection?.sentAt, now >= sentAt + limit { connection?.giveUp("timed_out") }
    }
    if now >= drainEnd, let machine, machine.waiting > 0 {
      result.failures["unsent", default: 0] += UInt64(machine.waiting)
      finish()
    }
    endIfDone()
  }

  private func endIfDone() {
    if let machine, machine.isDone(now: Self.now) { finish() }
  }

  /// Ends the measurement, also before it began.
  func finish() {
    guard !isFinished else { return }
    isFinished = true
    sweep?.cancel()
    machine = nil
    for connection in connections { connection?.close() }
    done?.succeed()
  }

  /// What an answer says: `alerts_triggered`, of a batch the total, which stands last.
  static func alertCount(_ body: ByteBuffer, isBatch: Bool) -> UInt64 {
    body.withUnsafeReadableBytes { bytes in
      let pattern = BytePattern.alertCount
      let offset = isBatch ? pattern.lastOffset(in: bytes) : pattern.firstOffset(in: bytes)
      return offset.flatMap { bytes.number(at: $0 + pattern.count) } ?? 0
    }
  }
}
