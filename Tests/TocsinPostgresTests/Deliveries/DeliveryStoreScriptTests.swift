import Testing
import TocsinCore
import TocsinTesting

@testable import TocsinPostgres

@Suite struct DeliveryStoreScriptTests {
  @Test func postgreSQLDoesWhatTheMemoryTwinDoes() async throws {
    try await TestDatabase.with { stores in
      let script = DeliveryStoreScript(
        first: stores.deliveries, second: stores.other, now: { try await stores.now() },
        insert: { _ = try await stores.alerts.insert($0) }, passAnHour: { try await stores.passAnHour() })
      let told = try await script.play()
      #expect(told == DeliveryStoreScript.told)
    }
  }
}
