import Testing
import TocsinCore

@testable import TocsinEngine

@Suite struct BacklogWatchTests {
  @Test func warnsOncePastHalfOfTheLimitAndAgainAfterItFellBelow() {
    var watch = BacklogWatch()
    func observed(_ journal: Int, _ unwritten: Int) -> Bool {
      watch.observed(JournalBacklog(journal: journal, unwritten: unwritten, limit: 10))
    }
    #expect(!observed(0, 0))
    #expect(!observed(2, 3))
    #expect(observed(2, 4))
    #expect(!observed(0, 10))
    #expect(!observed(5, 0))
    #expect(!observed(6, 0))
    #expect(!observed(4, 0))
    #expect(observed(3, 3))
  }
}
