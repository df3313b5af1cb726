import TocsinCore
import TocsinJSON

/// Deliveries that were replayed and will not be sent, by their targets.
struct BlockedDeliveries {
  private struct Target: Hashable {
    var receiver: String
    var target: String
    var obstacle: String
  }

  private var counts: [Target: Int] = [:]

  /// How many.
  private(set) var count = 0

  /// Adds those of an answer of the server; one that says nothing of any is an older one.
  mutating func add(_ answer: JSON) {
    for element in answer.object?["obstacles"]?.array ?? [] {
      func text(_ name: String) -> String { element.object?[name]?.string ?? "" }
      let number = Int(element.object?["count"]?.integer ?? 0)
      guard number > 0 else { continue }
      let target = Target(receiver: text("receiver"), target: text("target"), obstacle: text("obstacle"))
      counts[target, default: 0] += number
      count += number
    }
  }

  private var sorted: [(target: Target, count: Int)] {
    counts.sorted { ($0.key.receiver, $0.key.target) < ($1.key.receiver, $1.key.target) }
      .map { ($0.key, $0.value) }
  }

  /// A sentence for each target.
  var lines: [String] {
    sorted.map { target, count in
      let what = count == 1 ? "1 delivery" : "\(count) deliveries"
      return Printable.line(
        "\(what) to \(target.receiver)/\(target.target) will not be sent: \(target.obstacle)")
    }
  }

  /// The same as the server says it.
  var json: JSON {
    .array(
      sorted.map { target, count in
        [
          "receiver": .string(target.receiver), "target": .string(target.target), "count": .integer(Int64(count)),
          "obstacle": .string(target.obstacle),
        ]
      })
  }
}
