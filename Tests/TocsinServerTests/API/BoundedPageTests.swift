import NIOHTTP1
import Synchronization
import Testing
import TocsinCore
import TocsinEngine
import TocsinJSON
import TocsinMetrics
import TocsinTesting

@testable import TocsinServer

/// Pages end early where they are full.
@Suite struct BoundedPageTests {
  /// Reads pages of a list whose elements have so many bytes.
  private static func read(
    _ sizes: [Int], limit: Int, byteLimit: Int, behind: Int? = nil
  ) async throws -> (page: BoundedPage<Int>, portions: [Int]) {
    var portions: [Int] = []
    let page = try await BoundedPage.read(limit: limit, byteLimit: byteLimit, behind: behind) { behind, count in
      portions.append(count)
      let start = behind.map { $0 + 1 } ?? 0
      let end = min(sizes.count, start + count)
      return (Array(start..<end), end < sizes.count ? end - 1 : nil)
    } id: { element in
      element
    } append: { element, bytes in
      bytes += Array(repeating: UInt8(ascii: "0"), count: sizes[element])
    }
    return (page, portions)
  }

  @Test(arguments: [(1, 1), (100, 100), (101, 101), (1000, 1000), (1000, 350)])
  func aPageHasItsLimitWhereTheElementsAreSmall(limit: Int, count: Int) async throws {
    let sizes = Array(repeating: 10, count: limit == count ? limit + 5 : count)
    let (page, portions) = try await Self.read(sizes, limit: limit, byteLimit: 1 << 20)
    #expect(page.count == count)
    #expect(page.elements.count == count * 11 - 1)
    #expect(page.next == (limit == count ? count - 1 : nil))
    #expect(portions.first == min(limit, 100))
    #expect(portions.allSatisfy { $0 <= 250 })
  }

  @Test func noMoreIsReadThanThereIsRoomFor() async throws {
    let (page, portions) = try await Self.read(Array(repeating: 1000, count: 5000), limit: 1000, byteLimit: 150_000)
    #expect(page.count == 149)
    #expect(page.elements.count <= 150_000)
    #expect(page.next == 148)
    #expect(portions == [100, 50])
  }

  /// A store gives up after very many elements that cannot be read: the reader goes on from there.
  @Test func aPortionThatEndsEarlyEndsThePage() async throws {
    for found in [0, 7] {
      var asked: [Int?] = []
      let page = try await BoundedPage.read(limit: 300, behind: Int?.none) { behind, count in
        asked.append(behind)
        let elements = asked.count == 1 ? Array(0..<count) : Array(count..<count + found)
        return (elements, asked.count == 1 ? count - 1 : 9000)
      } id: { element in
        element
      } append: { element, bytes in
        bytes.append(UInt8(ascii: "0"))
      }
      #expect(asked == [nil, 99])
      #expect(page.count == 100 + found && page.next == 9000)
    }
    let empty = try await BoundedPage.read(limit: 1000, behind: 5) { _, _ in
      ([Int](), 9000)
    } id: { element in
      element
    } append: { _, _ in
    }
    #expect(empty.count == 0 && empty.elements.isEmpty && empty.next == 9000)
  }

  @Test func anElementThatIsTooLargeAloneIsAPage() async throws {
    let sizes = [10, 5000, 10]
    var seen: [Int] = []
    var place: Int?
    repeat {
      let page = try await Self.read(sizes, limit: 10, byteLimit: 1000, behind: place).page
      seen.append(page.count)
      place = page.next
    } while place != nil
    #expect(seen == [1, 1, 1])
  }

  @Test func aListOfLargeAlertsIsReadInPages() async throws {
    try await TestCluster.run { engine, cluster in
      let text = String(repeating: "x", count: 16_000)
      try await cluster.postgres.insert(
        (0..<600).map { number in
          let id = AlertID(high: 0x018f_3c5e_9f00_7abc, low: 0x8def_0123_0000_0000 + UInt64(number))
          return StoredAlert(
            alert: Alert(
              alertID: id, ruleID: "r", alertType: .roasDrop, severity: .high, title: "", message: "",
              entity: Entity(campaignID: "c\(number)"), campaignName: "c", metricName: "roas", metricValue: 1,
              thresholdValue: 2, details: ["text": .string(text)]), tenant: .standard)
        })
      let client = APIClient(engine)
      for path in ["/api/alerts?limit=1000", "/api/alerts/history?limit=1000&days_back=3650"] {
        var seen: [String] = []
        var target = path
        var pages = 0
        while true {
          let reply = try await client.send(.GET, target)
          #expect(reply.status == 200)
          #expect(reply.text.utf8.count <= (4 << 20) + 1000)
          let alerts = reply["alerts"]?.array ?? []
          #expect(reply["count"] == .integer(Int64(alerts.count)))
          seen += alerts.compactMap { $0.object?["campaign_id"]?.string }
          pages += 1
          guard let cursor = reply["next_cursor"]?.string else { break }
          target = path + "&cursor=" + cursor
        }
        #expect(pages == 3)
        #expect(seen == (0..<600).reversed().map { "c\($0)" })
      }
    }
  }

  @Test func noLargePageIsReadWhileTooMuchIsPending() async throws {
    try await TestCluster.run { engine, _ in
      let gauge = engine.metrics.gauge("test", help: "A test.")
      let budget = ByteBudget(limit: 1000, gauge: gauge, metrics: engine.metrics)
      #expect(budget.reserve(1000))
      let client = APIClient(engine, budget: budget)
      for path in ["/api/alerts", "/api/alerts/history", "/api/deliveries"] {
        let refusal = try await client.send(.GET, path + "?limit=101")
        #expect(refusal.status == 503)
        #expect(refusal.headers["retry-after"] == "5")
        #expect(try await client.send(.GET, path + "?limit=100").status == 200)
      }
      budget.release(1000)
      #expect(try await client.send(.GET, "/api/alerts?limit=1000").status == 200)
    }
  }

  @Test func aLongHistoryIsReadInPages() async throws {
    try await TestCluster.run { engine, cluster in
      let text = String(repeating: "x", count: 30_000)
      var versions: [Int64] = []
      for number in 1...200 {
        let rule = AlertRule(
          ruleID: "long", name: "n\(number)", alertType: .roasDrop, severity: .low, metadata: ["text": .string(text)])
        versions.append(try await cluster.postgres.save(rule, tenant: .standard, actor: "ana").rule.version)
      }
      let client = APIClient(engine)
      var seen: [JSON] = []
      var target = "/api/alerts/rules/long/history?limit=1000"
      while true {
        let reply = try await client.send(.GET, target)
        #expect(reply.text.utf8.count <= (4 << 20) + 1000)
        #expect(reply["rule_id"] == "long")
        seen += reply["changes"]?.array?.compactMap { $0.object?["version"] } ?? []
        guard let cursor = reply["next_cursor"]?.string else { break }
        target = "/api/alerts/rules/long/history?limit=1000&cursor=" + cursor
      }
      #expect(seen == versions.reversed().map { .integer($0) })
      #expect(try await client.send(.GET, "/api/alerts/rules/long/history?cursor=x").status == 422)
      #expect(try await client.send(.GET, "/api/alerts/rules/none/history").status == 404)
    }
  }
}
