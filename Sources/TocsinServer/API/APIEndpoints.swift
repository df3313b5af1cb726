import Glibc
import TocsinCore
import TocsinEngine

/// The whole HTTP interface.
enum APIEndpoints {
  /// Every endpoint, the OpenAPI document of all of them included.
  static func all(_ engine: Engine) -> [Endpoint] {
    let endpoints =
      RuleEndpoints.all(engine.rules) + CheckEndpoints.all(engine.checks) + AlertEndpoints.all(engine.alerts, now: now)
      + DeliveryEndpoints.all(engine.deliveries) + TestEndpoint.all(engine) + ServiceEndpoints.all(engine)
    return OpenAPIDocument.adding(to: endpoints)
  }

  private static func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }
}
