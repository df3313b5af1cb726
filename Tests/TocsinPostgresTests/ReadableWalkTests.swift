import Testing
import TocsinCore

@testable import TocsinPostgres

@Suite struct ReadableWalkTests {
  /// Reads pages of a list of so many rows, as a store does.
  private func page(
    of rows: [(key: Int, isReadable: Bool)], limit: Int, after: Int?, steps: Int
  ) -> StoredPage<Int, Int> {
    var walk = ReadableWalk<Int>(limit: limit, after: after, steps: steps)
    var found: [Int] = []
    while let portion = walk.rows {
      let some = rows.filter { $0.key > portion.after ?? -1 }.prefix(portion.limit)
      let readable = some.filter(\.isReadable).map(\.key)
      found += readable
      walk.took(rows: some.count, readable: readable.count, last: some.last?.key)
    }
    return walk.page(of: found) { $0 }
  }

  @Test(arguments: [1, 2, 10, 499, 500, 501])
  func pagesLeadThroughAListWhoseRowsCanBeRead(limit: Int) {
    let rows = (0..<500).map { (key: $0, isReadable: true) }
    var found: [Int] = []
    var next: Int?
    repeat {
      let page = page(of: rows, limit: limit, after: next, steps: 100)
      #expect(page.elements.count == min(limit, 500 - found.count))
      found += page.elements
      next = page.next
    } while next != nil
    #expect(found == Array(0..<500))
  }

  @Test func aWalkThatIsTooLongEndsEarlyAndGoesOnFromThere() {
    // Of 10,000 rows the first and the last two can be read.
    let rows = (0..<10_000).map { (key: $0, isReadable: $0 == 0 || $0 >= 9998) }
    var pages: [StoredPage<Int, Int>] = []
    var next: Int?
    repeat {
      pages.append(page(of: rows, limit: 10, after: next, steps: 3))
      next = pages.last?.next
    } while next != nil && pages.count < 10
    #expect(pages.map(\.elements) == [[0], [], [], [9998, 9999]])
    #expect(pages.map(\.next) == [11 + 3 * 1001 - 1, 2 * (11 + 3 * 1001) - 1, 3 * (11 + 3 * 1001) - 1, nil])
  }

  @Test func aListThatEndsWhereTheWalkDoesHasNoNextPage() {
    let rows = (0..<11 + 1000).map { (key: $0, isReadable: false) }
    #expect(page(of: rows, limit: 10, after: nil, steps: 1) == StoredPage(elements: [], next: nil))
  }
}
