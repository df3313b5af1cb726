/// Who waits for the replies to what one caller sent.
enum Waiter: Sendable {
  case one(CheckedContinuation<Result<RedisValue, RedisError>, Never>)
  case many(CheckedContinuation<Result<[RedisValue], RedisError>, Never>)
  /// The connection itself: the reply only shows that the server lives.
  case keepAlive

  func fail(_ error: RedisError) {
    switch self {
    case .one(let continuation): continuation.resume(returning: .failure(error))
    case .many(let continuation): continuation.resume(returning: .failure(error))
    case .keepAlive: break
    }
  }

  func succeed(_ answer: ConnectionStateMachine<Waiter>.Answer) {
    switch (self, answer) {
    case (.one(let continuation), .one(let value)): continuation.resume(returning: .success(value))
    case (.many(let continuation), .many(let values)): continuation.resume(returning: .success(values))
    case (.many(let continuation), .one(let value)): continuation.resume(returning: .success([value]))
    case (.keepAlive, _): break
    case (.one, .many): preconditionFailure("one command has one reply")
    }
  }
}

/// Commands that wait to be written, whose bytes are in the same order in a buffer.
struct Submission: Sendable {
  let waiter: Waiter
  /// How many replies will come.
  let count: Int
}
