/// A text that nobody but its channel may see: a password, a token, a URL that lets everybody post.
///
/// Whatever shows one (interpolation, `print`, `dump`, a log's metadata, the settings around it) shows `***`.
public struct Secret: Sendable, Hashable, ExpressibleByStringLiteral {
  /// The text itself: for the request only.
  public let value: String

  /// A secret of that text.
  public init(_ value: String) {
    self.value = value
  }

  public init(stringLiteral value: String) {
    self.init(value)
  }

  /// Whether there is no text.
  public var isEmpty: Bool { value.isEmpty }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// A mask.
  public var description: String { "***" }

  /// The same as ``description``.
  public var debugDescription: String { description }

  /// A mirror without children, so that `dump` shows nothing either.
  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
