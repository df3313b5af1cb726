import Testing
import TocsinCore
import TocsinTesting

@Suite struct DeliveryStoreTwinTests {
  @Test func theMemoryTwinDoesWhatPostgreSQLDoes() async throws {
    let clock = ManualClock()
    let database = MemoryDeliveries(clock: clock)
    let first = MemoryDeliveryStore(database, node: "a")
    let script = DeliveryStoreScript(
      first: first, second: MemoryDeliveryStore(database, node: "b"), now: { database.now },
      insert: { _ = database.insert($0, node: "a", lease: first.leaseDuration) },
      passAnHour: { clock.advance(by: .seconds(3600)) })
    let told = try await script.play()
    #expect(told == DeliveryStoreScript.told)
  }
}
