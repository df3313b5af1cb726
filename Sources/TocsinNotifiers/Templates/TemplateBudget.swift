/// What one rendering may cost. It counts the bytes of values and of repeated sections, so that a template which nests
/// lists ends soon, whatever it would have grown to.
final class TemplateBudget {
  private(set) var isExceeded = false
  private var left: Int

  init(_ bytes: Int) {
    left = bytes
  }

  /// Takes so many bytes.
  /// - Returns: false when there are not so many left, or were not before
  func take(_ bytes: Int) -> Bool {
    left -= bytes
    if left < 0 { isExceeded = true }
    return !isExceeded
  }
}
