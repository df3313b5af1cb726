import Testing
import TocsinCore

@Suite struct MembershipTests {
  private let own = DatabaseIdentity(id: "one", description: "\"tocsin\"")
  private let another = DatabaseIdentity(id: "two", description: "\"staging\"")

  private func node(_ name: String, prefix: String = "{tocsin}", redis: String? = "r1") -> NodeRecord {
    NodeRecord(
      name: name, redisPrefix: prefix, redisServer: "redis://\(redis ?? "-"):6379/0", redisIdentity: redis,
      version: "0.1.0")
  }

  private func registered(_ node: NodeRecord, seenAt: Int64) -> RegisteredNode {
    RegisteredNode(record: node, startedAt: Timestamp(milliseconds: 0), seenAt: seenAt)
  }

  private func seal(_ database: DatabaseIdentity, redis: String = "r1", left: Int64 = 30_000) -> FoundSeal {
    FoundSeal(seal: ClusterSeal(redisIdentity: redis, database: database), millisecondsLeft: left)
  }

  private func reason(_ verdict: Membership.Verdict) -> String {
    if case .refused(let reason) = verdict { reason } else { "" }
  }

  @Test func nodesThatAgreeWork() {
    var membership = Membership(node("b", redis: nil))
    #expect(membership.found(seal(own), own: own) == .agreed)
    #expect(membership.node.redisIdentity == "r1" && membership.hasSealed)
    #expect(membership.registered([]) == .agreed)
  }

  @Test func anotherPrefixIsRefusedOnceItsNodeIsSeenToLive() {
    var membership = Membership(node("b", prefix: "{other}"))
    let other = node("a")
    #expect(membership.registered([registered(other, seenAt: 1)]) == .waiting)
    #expect(membership.registered([registered(other, seenAt: 1)]) == .waiting)
    let verdict = membership.registered([registered(other, seenAt: 2)])
    let text = reason(verdict)
    for part in ["node a ", "\"{tocsin}\"", "\"{other}\"", "TOCSIN_REDIS_PREFIX"] { #expect(text.contains(part)) }
  }

  @Test func aNodeThatIsGoneIsWaitedFor() {
    var membership = Membership(node("b", prefix: "{other}"))
    #expect(membership.registered([registered(node("a"), seenAt: 1)]) == .waiting)
    #expect(membership.registered([]) == .agreed)
    // One that comes back begins again.
    #expect(membership.registered([registered(node("a"), seenAt: 9)]) == .waiting)
  }

  @Test func anotherRedisIsRefusedOnceItsNodeHadTheTimeToTakeOverThisOne() {
    var membership = Membership(node("b", redis: "r2"))
    let other = node("a", redis: "r1")
    #expect(membership.registered([registered(other, seenAt: 1)]) == .waiting)
    #expect(membership.registered([registered(other, seenAt: 2)]) == .waiting)
    let text = reason(membership.registered([registered(other, seenAt: 3)]))
    for part in ["node a ", "redis://r1:6379/0", "redis://r2:6379/0", "REDIS_URL"] { #expect(text.contains(part)) }
  }

  @Test func nodesOfAnotherDatabaseAreSeenByTheirRenewals() {
    var membership = Membership(node("b", redis: nil))
    #expect(membership.found(seal(another, left: 20_000), own: own) == .waiting)
    #expect(membership.found(seal(another, left: 19_000), own: own) == .waiting)
    let text = reason(membership.found(seal(another, left: 29_900), own: own))
    for part in ["\"tocsin\"", "\"staging\"", "DATABASE_URL", "{tocsin}"] { #expect(text.contains(part)) }
    #expect(!membership.hasSealed && membership.node.redisIdentity == nil)
  }

  @Test func aSealThatNobodyRenewsEnds() {
    var membership = Membership(node("b", redis: nil))
    #expect(membership.found(seal(another, left: 20_000), own: own) == .waiting)
    #expect(membership.found(seal(own, redis: "r7"), own: own) == .agreed)
    #expect(membership.node.redisIdentity == "r7")
  }

  @Test func afterRedisLostItsDataTheNewIdentityIsTakenOver() {
    var membership = Membership(node("a", redis: nil))
    #expect(membership.found(seal(own, redis: "r1"), own: own) == .agreed)
    #expect(membership.found(seal(own, redis: "r2"), own: own) == .agreed)
    #expect(membership.node.redisIdentity == "r2")
    // Another node has not looked yet.
    #expect(membership.registered([registered(node("b", redis: "r1"), seenAt: 5)]) == .waiting)
    #expect(membership.registered([]) == .agreed)
  }
}
