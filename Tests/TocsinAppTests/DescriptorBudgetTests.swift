import Foundation
import Testing

@testable import TocsinApp

@Suite struct DescriptorBudgetTests {
  private func budget(_ limit: Int) -> DescriptorBudget {
    DescriptorBudget(limit: limit, loops: 2, redis: 1, postgres: 8, mails: 8)
  }

  @Test(arguments: [256, 1024, 20_000, 1_048_576]) func everyDescriptorIsSharedOut(limit: Int) {
    let budget = budget(limit)
    #expect(budget.own == 105)
    #expect(budget.own + budget.outbound + budget.clients == limit)
    #expect(budget.outbound <= 1024)
    #expect(budget.clients >= 3 * budget.outbound)
    #expect(budget.clients >= DescriptorBudget.fewestClients)
  }

  @Test func theLeastLimitIsTheLeast() {
    let least = budget(20_000).least
    #expect(budget(least).clients == DescriptorBudget.fewestClients)
    #expect(budget(least - 1).clients < DescriptorBudget.fewestClients)
    #expect(budget(0).clients == 0)
  }

  @Test func theLimitIsRaisedAsFarAsItGoes() {
    OpenFileLimit.raise()
    var limits = rlimit()
    #expect(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0)
    #expect(limits.rlim_cur >= min(limits.rlim_max, 1 << 20))
    #expect(OpenFileLimit.current == Int(min(limits.rlim_cur, 1 << 20)))
  }
}
