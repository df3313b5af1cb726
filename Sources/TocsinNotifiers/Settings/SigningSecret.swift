import FoundationEssentials

/// A key that webhooks are signed with (Standard Webhooks): `whsec_` and base64.
package struct SigningSecret: Sendable, Hashable {
  /// The key's bytes: for signatures only.
  let key: [UInt8]

  /// Reads a key; nil unless what stands behind an optional `whsec_` is base64 of at least one byte.
  package init?(_ text: String) {
    let prefix = "whsec_"
    let base64 = text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
    guard let data = Data(base64Encoded: base64), !data.isEmpty else { return nil }
    key = Array(data)
  }
}

extension SigningSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// A mask.
  package var description: String { "***" }

  /// The same as ``description``.
  package var debugDescription: String { description }

  /// A mirror without children, so that `dump` shows nothing either.
  package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
