import TocsinCore

/// The way through a list of which some rows may be foreign: reads on until the page is full. Does no I/O.
struct ReadableWalk<Key> {
  private let limit: Int
  /// The page to read next: how many rows, after which one; nil at the end.
  private(set) var page: (limit: Int, after: Key?)?
  private var found = 0
  private var left = 100

  /// A walk that ends when so many rows could be read.
  init(limit: Int, after: Key?) {
    self.limit = limit
    page = (limit, after)
  }

  /// Takes note of a page.
  /// - Throws: `foreign` when there is no end of rows that cannot be read
  mutating func took(rows: Int, readable: Int, last: Key?) throws(StoreError) {
    found += readable
    guard let asked = page, found < limit, rows >= asked.limit, let last else {
      page = nil
      return
    }
    guard left > 0 else {
      throw StoreError(
        .foreign, backend: "postgresql", message: "the list cannot be read: it has more than 100,000 rows in a row")
    }
    left -= 1
    page = (1001, last)
  }
}
