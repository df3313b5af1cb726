package import TocsinCore

/// The memory twin of a `Notifier`: it knows the targets of a table, and answers as a test says.
package final class MemoryNotifier: Notifier {
  /// What was sent, and what is answered.
  package struct Book: Sendable {
    /// Every attempt that was begun, in its order.
    package var sent: [Notification] = []
    /// The attempts that were cancelled by their callers, by their place in ``sent``, from 1 on.
    package var cancelled: Set<Int> = []
    /// The answers to come for a target, first ones first; the last one stays.
    package var answers: [TargetName: [DeliveryOutcome]] = [:]
    /// Targets that do not answer until they are taken out.
    package var hanging: Set<TargetName> = []
  }

  /// What was sent; tests wait on it.
  package let book = Watched(Book())
  private let targets: [TargetName: DeliveryChannel]

  /// A notifier that knows these targets.
  package init(_ targets: [TargetName: DeliveryChannel]) {
    self.targets = targets
  }

  package func send(_ notification: Notification, timeout: Duration) async -> DeliveryOutcome {
    let target = notification.delivery.target
    guard targets[target] != nil else {
      return .retryable(DeliveryFailure("this node's configuration does not have the target"))
    }
    let number = book.change { book in
      book.sent.append(notification)
      return book.sent.count
    }
    return await withTaskCancellationHandler {
      let book = await book.first { !$0.hanging.contains(target) || $0.cancelled.contains(number) }
      if book.cancelled.contains(number) {
        return .retryable(DeliveryFailure("the attempt was stopped", mayHaveArrived: true))
      }
      return answer(to: target)
    } onCancel: {
      book.change { _ = $0.cancelled.insert(number) }
    }
  }

  private func answer(to target: TargetName) -> DeliveryOutcome {
    book.change { book in
      var answers = book.answers[target] ?? []
      guard let answer = answers.first else { return .delivered(status: 200) }
      if answers.count > 1 { answers.removeFirst() }
      book.answers[target] = answers
      return answer
    }
  }

  package func test(_ name: String, timeout: Duration) async -> [TargetTest]? {
    let meant = targets.filter { $0.key.receiver == name || $0.value.rawValue == name }
    guard !meant.isEmpty else { return nil }
    return meant.sorted { $0.key < $1.key }.map { target, channel in
      TargetTest(target: target, channel: channel, outcome: answer(to: target), milliseconds: 1)
    }
  }

  package var testable: [String] {
    Set(targets.keys.map(\.receiver) + targets.values.map(\.rawValue)).sorted()
  }
}
