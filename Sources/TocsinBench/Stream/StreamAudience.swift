import Histogram
import NIOCore
import NIOPosix
import NIOSSL
import TocsinClient

/// One thread's share of the clients of a stream measurement. Lives on one event loop.
final class StreamAudience {
  /// What was counted.
  struct Result: Sendable {
    var latencies = LoadResult.histogram()
    var ledger: DeliveryLedger
    var delivered = 0
    var connected = 0
    var lost = 0
    var resyncs = 0
  }

  /// How many connections are being opened at once.
  private static let width = 64
  private let plan: StreamPlan
  private let number: Int
  private let eventLoop: any EventLoop
  private let tls: NIOSSLContext?
  private let tracer: BytePattern
  private var next = 0
  private var opening = 0
  private var channels: [any Channel] = []
  private var ready: EventLoopPromise<Void>?
  private var lastError: (any Error)?
  private(set) var result: Result

  init(_ plan: StreamPlan, number: Int, eventLoop: any EventLoop, tls: NIOSSLContext?) {
    self.plan = plan
    self.number = number
    self.eventLoop = eventLoop
    self.tls = tls
    tracer = BytePattern("\"\(plan.shape.tracer)\":")
    result = Result(ledger: DeliveryLedger(clients: (plan.clients - number + plan.workers - 1) / plan.workers))
  }

  private var count: Int { (plan.clients - number + plan.workers - 1) / plan.workers }

  /// The client's number among those of all threads.
  static func client(_ local: Int, worker: Int, workers: Int) -> Int { local * workers + worker }

  /// Opens all connections.
  /// - Returns: a future that fails where none can be opened
  func connect() -> EventLoopFuture<Void> {
    let promise = eventLoop.makePromise(of: Void.self)
    ready = promise
    openMore()
    return promise.futureResult
  }

  /// A client has its first message.
  func opened(_ channel: any Channel) {
    channels.append(channel)
    result.connected += 1
    opening -= 1
    openMore()
  }

  /// A client's connection ended, before or after it stood.
  func closed(stood: Bool, error: any Error) {
    if stood { result.lost += 1 } else { failed(error) }
  }

  /// A client got a message.
  func received(_ message: UnsafeRawBufferPointer, client: Int) {
    guard let offset = tracer.firstOffset(in: message), let sequence = message.number(at: offset + tracer.count) else {
      if BytePattern.resync.firstOffset(in: message) != nil { result.resyncs += 1 }
      return
    }
    result.delivered += 1
    result.ledger.delivered(to: client, sequence: Int(sequence))
    if let time = BytePattern.time.firstOffset(in: message),
      let due = message.number(at: time + BytePattern.time.count)
    {
      let now = LoadWorker.now
      result.latencies.record(now > due ? now - due : 0)
    }
  }

  func close() {
    for channel in channels { channel.close(promise: nil) }
  }

  private func openMore() {
    while opening < Self.width, next < count {
      open(next)
      next += 1
      opening += 1
    }
    guard next == count, opening == 0, let ready else { return }
    self.ready = nil
    if result.connected == 0, let lastError { ready.fail(lastError) } else { ready.succeed() }
  }

  private func failed(_ error: any Error) {
    lastError = error
    opening -= 1
    openMore()
  }

  private func open(_ local: Int) {
    let client = Self.client(local, worker: number, workers: plan.workers)
    let server = plan.servers[client % plan.servers.count]
    let query = plan.campaigns.map { "?campaign_id=" + plan.shape.campaignID(client % $0) } ?? ""
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    ClientBootstrap(group: eventLoop)
      .connectTimeout(plan.timeout)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let audience = bound.value
          if let tls = audience.tls, server.usesTLS {
            let handler = try NIOSSLClientHandler(context: tls, serverHostname: server.tlsName)
            try channel.pipeline.syncOperations.addHandler(handler)
          }
          let request = StreamListener.request(server, query: query)
          try channel.pipeline.syncOperations.addHandler(
            StreamListener(client: local, request: request, timeout: audience.plan.timeout, audience: audience))
        }
      }
      .connect(host: server.host, port: server.port)
      .whenFailure { error in bound.value.failed(error) }
  }
}
