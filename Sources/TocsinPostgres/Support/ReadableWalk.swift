import TocsinCore

/// The way through a list of which some rows may be foreign: reads on until the page is full, or very many rows were
/// looked at. Does no I/O.
struct ReadableWalk<Key: Sendable> {
  /// How many rows are read at once after the first ones.
  private static var step: Int { 1001 }

  private let limit: Int
  /// The rows to read next: how many, after which one; nil at the end.
  private(set) var rows: (limit: Int, after: Key?)?
  private var found = 0
  private var stepsLeft: Int
  /// The last row that was looked at, where more follow that were not.
  private var end: Key?

  /// A walk that ends when one more than so many rows could be read: so the page knows whether it is the last one.
  /// - Parameter steps: after how many further portions it ends at the latest: some 100,000 rows
  init(limit: Int, after: Key?, steps: Int = 100) {
    self.limit = limit
    stepsLeft = steps
    rows = (limit + 1, after)
  }

  /// Takes note of rows that were read.
  mutating func took(rows count: Int, readable: Int, last: Key?) {
    found += readable
    guard let asked = rows, found <= limit, count >= asked.limit, let last else {
      rows = nil
      return
    }
    guard stepsLeft > 0 else {
      rows = nil
      end = last
      return
    }
    stepsLeft -= 1
    rows = (Self.step, last)
  }

  /// The page of all that could be read.
  func page<Element: Sendable>(of elements: [Element], key: (Element) -> Key) -> StoredPage<Element, Key> {
    let page = Array(elements.prefix(limit))
    return StoredPage(elements: page, next: elements.count > limit ? page.last.map(key) ?? end : end)
  }
}
