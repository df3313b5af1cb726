import TocsinCore

/// Reads pages of lists: few at the same time, and no large ones that could not be sent.
struct ListReader: Sendable {
  /// How many pages are read at the same time: each holds some megabytes until it is sent.
  static let listsAtOnce = 8
  /// Pages of at most so many elements are read however much is pending.
  private static let smallPage = 100

  private let turns: Turns
  private let budget: ByteBudget?

  /// - Parameters:
  ///   - budget: what clients have not read of earlier answers
  ///   - atOnce: how many pages are read at the same time
  init(budget: ByteBudget?, atOnce: Int = ListReader.listsAtOnce) {
    self.budget = budget
    turns = Turns(atOnce)
  }

  /// Reads a page; the parameters are those of ``BoundedPage/read(limit:byteLimit:separator:behind:fetch:id:append:)``.
  /// - Throws: 503 where a large page could not be sent
  func page<ID, Element>(
    limit: Int, byteLimit: Int = BoundedPage<ID>.byteLimit, separator: UInt8? = UInt8(ascii: ","), behind start: ID?,
    fetch: (_ behind: ID?, _ limit: Int) async throws -> (elements: [Element], next: ID?),
    id: (Element) -> ID, append: (Element, inout [UInt8]) -> Void
  ) async throws -> BoundedPage<ID> {
    if limit > ListReader.smallPage, let budget, budget.isExhausted { throw Problem.tooManyPending }
    return try await turns.take {
      try await BoundedPage.read(
        limit: limit, byteLimit: byteLimit, separator: separator, behind: start, fetch: fetch, id: id, append: append)
    }
  }
}
