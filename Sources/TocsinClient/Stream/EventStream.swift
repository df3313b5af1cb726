import NIOCore
package import Support

/// The live events of a cluster. Comes back by itself after an interruption and goes on where it stood, on the next
/// server if there are several; what could not be recovered shows as a `resync` message.
///
/// Ends when the task that reads it is cancelled, and with a ``ClientError`` where no server can be reached at first or
/// where one refuses the stream.
package struct EventStream: AsyncSequence, Sendable {
  /// What a stream gives.
  package enum Element: Sendable {
    /// A message of the server.
    case message(StreamMessage)
    /// The connection ended; it will be tried again after that time.
    case interrupted(reason: String, retryIn: Duration)
  }

  /// How a stream is kept.
  package struct Options: Sendable {
    /// How long connecting may take.
    package var timeout: Duration = .seconds(10)
    /// After how long without a message the server is asked whether it is still there; twice that without a sign of
    /// life ends the connection.
    package var pingInterval: Duration = .seconds(20)
    /// The waits between attempts.
    package var backoff = Backoff(base: .milliseconds(250), cap: .seconds(10))

    /// The usual options.
    package init() {}
  }

  private let servers: [ServerAddress]
  private let filter: StreamFilter
  private let lastEventID: String?
  private let options: Options

  /// A stream from these servers, at least one.
  /// - Parameters:
  ///   - filter: which alerts it carries
  ///   - lastEventID: the event after which it goes on; nil begins with what happens now
  package init(
    servers: [ServerAddress], filter: StreamFilter = StreamFilter(), after lastEventID: String? = nil,
    options: Options = Options()
  ) {
    precondition(!servers.isEmpty, "a stream needs a server")
    self.servers = servers
    self.filter = filter
    self.lastEventID = lastEventID
    self.options = options
  }

  package func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(servers: servers, filter: filter, lastEventID: lastEventID, options: options)
  }

  /// Reads a stream.
  package struct AsyncIterator: AsyncIteratorProtocol {
    private let servers: [ServerAddress]
    private let filter: StreamFilter
    private let options: Options
    private var machine: StreamMachine
    private var generator = SystemRandomNumberGenerator()
    private var connection: StreamConnection?
    private var pendingWait: Duration?
    private var hasStarted = false

    fileprivate init(servers: [ServerAddress], filter: StreamFilter, lastEventID: String?, options: Options) {
      self.servers = servers
      self.filter = filter
      self.options = options
      machine = StreamMachine(serverCount: servers.count, position: lastEventID, backoff: options.backoff)
    }

    /// Where the stream stands: give it to another stream as `after` to go on there.
    package var lastEventID: String? { machine.position }

    package mutating func next(isolation actor: isolated (any Actor)?) async throws(ClientError) -> Element? {
      var action = await firstAction()
      while !Task.isCancelled {
        switch action {
        case .connect(let server, let after): action = await connect(servers[server], after: after)
        case .read: action = try await read()
        case .deliver(let message): return .message(message)
        case .wait(let duration, let reason):
          connection = nil
          pendingWait = duration
          return .interrupted(reason: reason, retryIn: duration)
        case .giveUp(let error): throw error
        }
      }
      connection = nil
      return nil
    }

    nonisolated(nonsending) private mutating func firstAction() async -> StreamMachine.Action {
      if let wait = pendingWait {
        pendingWait = nil
        try? await Task.sleep(for: wait)
        return event(.waited)
      }
      if hasStarted { return .read }
      hasStarted = true
      return event(.started)
    }

    nonisolated(nonsending) private mutating func connect(
      _ server: ServerAddress, after: String?
    ) async -> StreamMachine.Action {
      do {
        connection = try await StreamConnection.open(
          server, target: filter.target(after: after), timeout: TimeAmount(options.timeout),
          pingInterval: TimeAmount(options.pingInterval))
        return event(.opened)
      } catch {
        return event(.failed(error))
      }
    }

    nonisolated(nonsending) private mutating func read() async throws(ClientError) -> StreamMachine.Action {
      switch await connection?.next() {
      case .text(let bytes): return event(.received(try StreamMessage(parsing: bytes)))
      case .closed(let reason): return event(.closed(reason))
      case nil: return event(.closed("the connection was lost"))
      }
    }

    private mutating func event(_ event: StreamMachine.Event) -> StreamMachine.Action {
      machine.event(event, now: .now, using: &generator)
    }
  }
}
