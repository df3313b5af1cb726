/// How many connections clients hold open, and whether another one may come. Decides, does no I/O.
struct ConnectionCount {
  /// What has to be told.
  enum News: Equatable {
    /// The limit is reached: no more connections are accepted.
    case full
    /// There is room again.
    case roomy
  }

  let limit: Int
  private(set) var open = 0
  private var isFull = false

  init(limit: Int) {
    self.limit = max(1, limit)
  }

  /// Whether another connection may be accepted.
  var hasRoom: Bool { open < limit }

  /// A connection was accepted.
  mutating func opened() -> News? {
    open += 1
    guard open >= limit, !isFull else { return nil }
    isFull = true
    return .full
  }

  /// A connection ended. Each makes room for one; that the limit does not matter any more is told once a sixteenth of it
  /// is free, or a log would have two lines for each client that comes and goes.
  mutating func closed() -> News? {
    open -= 1
    guard isFull, open < limit - limit / 16 else { return nil }
    isFull = false
    return .roomy
  }
}
