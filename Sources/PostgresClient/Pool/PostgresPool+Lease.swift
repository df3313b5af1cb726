import Synchronization

extension PostgresPool {
  /// A connection for the caller alone, which must ``giveBack(_:)`` it.
  nonisolated(nonsending) func lease(
    until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> PostgresConnection {
    switch machine.withLock({ $0.lease() }) {
    case .granted(let connection): return connection
    case .refused: throw Self.shutDown
    case .wait: break
    }
    let number = machine.withLock { $0.number() }
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        enqueue(number, continuation, deadline: deadline)
        // The handler may have run before there was anything to cancel.
        if Task.isCancelled { cancel(number) }
      }
    } onCancel: {
      cancel(number)
    }
    return try result.get()
  }

  /// Takes a connection back: for who waits, for later, or, when its state is not known, for nobody.
  func giveBack(_ connection: PostgresConnection) {
    guard connection.health == .idle else {
      machine.withLock { $0.discard() }
      changed.yield()
      retire(connection)
      return
    }
    settle(connection, machine.withLock { $0.release(connection) })
  }

  /// Does what the state machine decided on a connection that is free.
  func settle(_ connection: PostgresConnection, _ offer: PoolStateMachine<PostgresConnection, Waiter>.Offer) {
    switch offer {
    case .handOver(let waiter): waiter.resume(returning: .success(connection))
    case .parked:
      // It may have broken on its way here, when it was not idle yet.
      if connection.isBroken { lost(connection) }
    case .discard: retire(connection)
    }
  }

  /// A connection broke, on its own thread.
  func lost(_ connection: PostgresConnection) {
    let young = ContinuousClock.now - connection.connectedAt < .seconds(1)
    if machine.withLock({ $0.broken(connection, young: young) }) { changed.yield() }
  }

  /// Closes a connection on its own thread, without waiting for it.
  func retire(_ connection: PostgresConnection) {
    connection.executor.submit { connection.assumeIsolated { $0.drop() } }
  }

  private func enqueue(_ number: UInt64, _ waiter: Waiter, deadline: ContinuousClock.Instant) {
    switch machine.withLock({ $0.enqueue(number, waiter, deadline: deadline) }) {
    case .granted(let connection): waiter.resume(returning: .success(connection))
    case .refused: waiter.resume(returning: .failure(Self.shutDown))
    case .queued(let startTimer): if startTimer { startExpiry(deadline) }
    }
  }

  private func cancel(_ number: UInt64) {
    let waiter = machine.withLock { $0.cancel(number) }
    waiter?.resume(returning: .failure(PostgresError(.cancelled, "the task was cancelled while it waited in line")))
  }

  /// One task expires all waiters, and ends when there are none: they must not hang where nobody calls
  /// ``run()``.
  private func startExpiry(_ first: ContinuousClock.Instant) {
    Task {
      var next: ContinuousClock.Instant? = first
      while let deadline = next {
        try? await Task.sleep(until: deadline, clock: .continuous)
        let (expired, following) = machine.withLock { $0.expire(now: .now) }
        let open = machine.withLock { $0.open }
        let reason = open == 0 ? "there is no connection to the server" : "all \(open) connections are in use"
        for waiter in expired { waiter.resume(returning: .failure(PostgresError(.poolTimeout, reason))) }
        next = following
      }
    }
  }

  private static var shutDown: PostgresError { PostgresError(.shutdown, "the pool is shut down") }
}
