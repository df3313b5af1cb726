import PostgresClient

/// Under whose name deliveries are leased, and for how long.
struct Lease: Sendable {
  /// The node, unique among all that run.
  let node: String
  /// From the moment at which PostgreSQL writes it.
  let duration: Duration

  /// ``duration`` as a parameter.
  var microseconds: PostgresValue { .int8(duration.wholeMicroseconds) }
}

extension Duration {
  /// In whole microseconds; the greatest or smallest number where they do not fit.
  var wholeMicroseconds: Int64 {
    Int64(clamping: Int128(components.seconds) * 1_000_000 + Int128(components.attoseconds / 1_000_000_000_000))
  }
}
