import Support
import TocsinCore
import TocsinEngine

/// The whole HTTP interface.
enum APIEndpoints {
  /// Every endpoint, the OpenAPI document of all of them included.
  /// - Parameter budget: what clients have not read of earlier answers
  static func all(_ engine: Engine, budget: ByteBudget? = nil) -> [Endpoint] {
    let reader = ListReader(budget: budget)
    let endpoints =
      RuleEndpoints.all(engine.rules, reader: reader) + CheckEndpoints.all(engine.checks)
      + ExplainEndpoint.all(engine.explanations)
      + AlertEndpoints.all(engine.alerts, reader: reader, now: now) + ExportEndpoint.all(engine.alerts)
      + DeliveryEndpoints.all(engine.deliveries, reader: reader) + TestEndpoint.all(engine)
      + ServiceEndpoints.all(engine)
    return OpenAPIDocument.adding(to: endpoints)
  }

  private static func now() -> Timestamp { Timestamp(milliseconds: WallClock.milliseconds) }
}
