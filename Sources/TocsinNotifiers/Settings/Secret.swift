/// A text that nobody but its channel may see: a password, a token, a URL that lets everybody post.
///
/// Whatever shows one (interpolation, `print`, `dump`, a log's metadata, the settings around it) shows `***`.
package struct Secret: Sendable, Hashable, ExpressibleByStringLiteral {
  /// The text itself: for the request only.
  package let value: String

  /// A secret of that text.
  package init(_ value: String) {
    self.value = value
  }

  package init(stringLiteral value: String) {
    self.init(value)
  }

  /// Whether there is no text.
  package var isEmpty: Bool { value.isEmpty }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// A mask.
  package var description: String { "***" }

  /// The same as ``description``.
  package var debugDescription: String { description }

  /// A mirror without children, so that `dump` shows nothing either.
  package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
