import CLibpq

extension PostgresConnection {
  /// One wait for the server: until when, and whether the statement is being stopped.
  private struct Wait {
    var deadline: ContinuousClock.Instant?
    var isCancelled = false
    var request: CancelRequest?
  }

  /// How long the server may take to confirm a cancellation, and how much longer than the statement
  /// timeout it may take to answer at all.
  private static var grace: Duration { .seconds(1) }

  /// Sends one request and waits for its end, on this thread.
  /// - Returns: the last result
  func run(
    _ send: (borrowing ConnectionHandle, borrowing ParameterBuffer) -> Bool
  ) throws(PostgresError) -> ResultHandle {
    defer { settle() }
    try checkAlive()
    guard send(handle, parameters) else { throw failed(.connectionFailed) }
    var wait = Wait(deadline: statementTimeout > .zero ? .now + statementTimeout + Self.grace : nil)
    var last: ResultHandle?
    var failure: PostgresError?
    while true {
      try waitWhileBusy(&wait)
      guard let result = handle.nextResult() else { break }
      switch result.status {
      case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
        drop()
        throw PostgresError(.server, "COPY is not supported", sqlState: "0A000")
      default: failure = failure ?? result.error
      }
      last = consume result
    }
    waitForRequest(wait)
    if let failure { throw explain(failure, wait) }
    guard let last else { throw failed(.connectionLost) }
    return last
  }

  /// A server that hung up while nothing ran is noticed before anything is sent, so that the caller
  /// knows that nothing was.
  private func checkAlive() throws(PostgresError) {
    guard !handle.isBroken else { throw PostgresError(.connectionFailed, "the connection is closed") }
    guard executor.wakeup.wait(for: handle.socket, until: .now).ready else { return }
    if !handle.consumeInput() || handle.isBusy || handle.isBroken { throw failed(.connectionFailed) }
  }

  /// Sends what is queued and reads until the next result is there, the connection is lost (libpq makes
  /// a result of that), or the time is over.
  private func waitWhileBusy(_ wait: inout Wait) throws(PostgresError) {
    while true {
      let flush = handle.flush()
      if flush != .pending && !handle.isBusy { return }
      let (woken, ready) = executor.wakeup.wait(
        for: handle.socket,
        writing: flush == .pending,
        until: wait.deadline
      )
      if woken {
        executor.wakeup.drain()
        if interrupt.isCancelled && !wait.isCancelled { startCancellation(&wait) }
      }
      if ready && !handle.consumeInput() { return }
      if !woken && !ready { throw timedOut(wait) }
    }
  }

  private func startCancellation(_ wait: inout Wait) {
    wait.isCancelled = true
    wait.deadline = min(wait.deadline ?? .now + Self.grace, .now + Self.grace)
    guard let cancel = handle.cancelHandle() else { return }
    let request = CancelRequest(cancel)
    // Without a thread for it nothing is sent, and the statement has as long as the server may take to confirm.
    guard (try? request.start(wakeup: executor.wakeup)) != nil else { return }
    wait.request = request
  }

  /// A request that is still under way could stop the next statement, so its end is waited for. Without
  /// one the connection is of no more use.
  private func waitForRequest(_ wait: Wait) {
    guard let request = wait.request else { return }
    while !request.isFinished {
      guard executor.wakeup.wait(for: -1, until: wait.deadline).woken else { return drop() }
      executor.wakeup.drain()
    }
  }

  private func timedOut(_ wait: Wait) -> PostgresError {
    drop()
    if wait.isCancelled {
      return PostgresError(.cancelled, "the task was cancelled, and the server did not confirm it")
    }
    return PostgresError(.connectionLost, "the server did not answer within \(statementTimeout + Self.grace)")
  }

  /// Closes the connection, with libpq's reason.
  private func failed(_ code: PostgresError.Code) -> PostgresError {
    let message = handle.errorMessage
    drop()
    return PostgresError(code, message.isEmpty ? "the server closed the connection" : message)
  }

  /// What a failed result means: libpq reports a lost connection as one, the server a cancellation.
  private func explain(_ failure: PostgresError, _ wait: Wait) -> PostgresError {
    if failure.sqlState == nil && handle.isBroken { return PostgresError(.connectionLost, failure.message) }
    if failure.sqlState == "57014" && wait.isCancelled {
      return PostgresError(.cancelled, "the task was cancelled and the statement stopped")
    }
    return failure
  }
}
