/// One place to which a receiver's alerts go: a receiver with three webhook URLs has three targets.
package struct TargetName: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The receiver's name in the configuration.
  package var receiver: String
  /// Stable and without secrets, unique in its receiver, such as `webhook-4f1c09aa`; another URL is another target.
  package var target: String

  /// The target of that name.
  package init(receiver: String, target: String) {
    self.receiver = receiver
    self.target = target
  }

  /// The name of a target that its channel knows by that address (a URL, a list of mail addresses …), which cannot be
  /// guessed from the name if it holds a secret.
  package init(receiver: String, channel: DeliveryChannel, address: String) {
    var hash = FNV128()
    hash.add(address)
    let digits = String(UInt32(truncatingIfNeeded: hash.high ^ hash.low ^ hash.low >> 32), radix: 16)
    self.init(
      receiver: receiver, target: "\(channel)-\(String(repeating: "0", count: 8 - digits.count))\(digits)")
  }

  package static func < (left: TargetName, right: TargetName) -> Bool {
    (left.receiver, left.target) < (right.receiver, right.target)
  }

  package var description: String { "\(receiver)/\(target)" }
}
