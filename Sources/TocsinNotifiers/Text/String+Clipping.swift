extension String {
  /// At most so many UTF-16 units, the last one an ellipsis where something was cut off.
  ///
  /// It cuts between characters, so that no emoji falls apart, except within one that is too long by itself.
  func clipped(to limit: Int) -> String {
    guard utf16.count > limit else { return self }
    guard limit > 0 else { return "" }
    var free = limit - 1
    var end = startIndex
    for index in indices {
      let size = self[index].utf16.count
      guard size <= free else { break }
      free -= size
      end = self.index(after: index)
    }
    if end == startIndex {
      for scalar in unicodeScalars {
        guard scalar.utf16.count <= free else { break }
        free -= scalar.utf16.count
        end = unicodeScalars.index(after: end)
      }
    }
    return self[..<end] + "…"
  }
}
