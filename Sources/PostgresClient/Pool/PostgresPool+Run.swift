import Logging
import ServiceLifecycle
import Support
import Synchronization

extension PostgresPool {
  /// Keeps the connections open until the task is cancelled or the service group shuts down; once only.
  ///
  /// Then waiting callers get `shutdown`, and leased connections close when they come back.
  package func run() async throws {
    await cancelWhenGracefulShutdown {
      await self.supervise()
    }
    let (waiters, connections) = machine.withLock { $0.shutDown() }
    for waiter in waiters {
      waiter.resume(returning: .failure(PostgresError(.shutdown, "the pool is shut down")))
    }
    for connection in connections { await connection.close() }
  }

  private func supervise() async {
    var wasUp = false
    changed.yield()
    await withDiscardingTaskGroup { group in
      for await _ in changes {
        let (vacancies, isUp) = machine.withLock { ($0.takeVacancies(), $0.open > 0) }
        for _ in 0..<vacancies { group.addTask { await self.fillVacancy() } }
        if isUp != wasUp {
          wasUp = isUp
          report(isUp)
        }
      }
    }
    if wasUp { onStateChange?(false) }
  }

  private func report(_ isUp: Bool) {
    if isUp {
      logger.info("PostgreSQL is connected", metadata: ["server": "\(configuration)"])
    } else {
      logger.warning("PostgreSQL is away", metadata: ["server": "\(configuration)"])
    }
    onStateChange?(isUp)
  }

  /// Many nodes that lost one server do not return as one.
  private static let backoff = Backoff(base: .milliseconds(50), cap: .milliseconds(500))

  /// Opens one connection, however long it takes.
  private func fillVacancy() async {
    var attempt = machine.withLock { $0.strikes }
    while !Task.isCancelled {
      do {
        if attempt > 0 {
          try await Task.sleep(for: Self.backoff.delay(afterFailures: attempt))
        }
        let connection = try await PostgresConnection.open(configuration) { [weak self] in self?.lost($0) }
        let offer = machine.withLock { $0.opened(connection) }
        settle(connection, offer)
        changed.yield()
        return
      } catch {
        attempt += 1
        logger.debug(
          "could not connect to PostgreSQL", metadata: ["error": "\(error)", "attempt": .stringConvertible(attempt)])
      }
    }
    machine.withLock { $0.openingEnded() }
  }
}
