/// Which events each client of a stream measurement got: counts by client and by the check's number.
struct DeliveryLedger: Sendable {
  /// What the counts come to.
  struct Outcome: Sendable, Equatable {
    /// How many deliveries there should have been.
    var expected = 0
    /// How many of them are missing.
    var missing = 0
    /// How many came more often than they should.
    var repeated = 0
    /// How many came to a client that had not subscribed to them.
    var stray = 0

    /// The sum of both.
    static func + (left: Outcome, right: Outcome) -> Outcome {
      Outcome(
        expected: left.expected + right.expected, missing: left.missing + right.missing,
        repeated: left.repeated + right.repeated, stray: left.stray + right.stray)
    }
  }

  private var counts: [[UInt8]]

  init(clients: Int) {
    counts = Array(repeating: [], count: clients)
  }

  /// A client got an alert of the check of that number.
  mutating func delivered(to client: Int, sequence: Int) {
    let missing = sequence + 1 - counts[client].count
    if missing > 0 { counts[client] += [UInt8](repeating: 0, count: max(missing, 256)) }
    if counts[client][sequence] < .max { counts[client][sequence] += 1 }
  }

  /// Compares with what was raised: by the check's number how many alerts; nil where its answer is not known, which
  /// then counts for nothing.
  func outcome(raised: [UInt8?], wants: (_ client: Int, _ sequence: Int) -> Bool) -> Outcome {
    var outcome = Outcome()
    for (client, counts) in counts.enumerated() {
      for (sequence, raised) in raised.enumerated() {
        guard let raised else { continue }
        let got = sequence < counts.count ? Int(counts[sequence]) : 0
        guard wants(client, sequence) else {
          outcome.stray += got
          continue
        }
        outcome.expected += Int(raised)
        outcome.missing += max(0, Int(raised) - got)
        outcome.repeated += max(0, got - Int(raised))
      }
    }
    return outcome
  }
}
