import Logging
import ServiceLifecycle
import TocsinCore
import TocsinEngine
import TocsinMetrics
import TocsinPostgres

/// Makes the partitions of the coming weeks, at the start and every hour, and looks whether rows lie in default partitions.
struct PartitionService: QuietService {
  let store: PostgresAlertStore
  let logger: Logger
  private let strays: [String: Gauge]

  init(store: PostgresAlertStore, metrics: MetricsRegistry, logger: Logger) {
    self.store = store
    self.logger = logger
    strays = Dictionary(
      uniqueKeysWithValues: ["alerts", "deliveries"].map { table in
        let gauge = metrics.gauge(
          "tocsin_default_partition_rows",
          help: "Rows that lie in the default partition of a table because their week has none; 100000 at most.",
          labels: [("table", table)])
        return (table, gauge)
      })
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var told = Told()
      while !Task.isCancelled {
        var pause = Duration.seconds(3600)
        do throws(StoreError) {
          try await makePartitions(&told)
          try await lookForStrays(&told)
        } catch {
          if !Task.isCancelled {
            logger.warning("partitions could not be made yet", metadata: ["error": "\(error)"])
          }
          pause = .seconds(60) * Double.random(in: 0.5...1.5)
        }
        try? await Task.sleep(for: pause)
      }
    }
  }

  /// A role that may make none is no fault, as long as `tocsin migrate` makes them.
  private func makePartitions(_ told: inout Told) async throws(StoreError) {
    do throws(StoreError) {
      try await store.ensurePartitions()
      told.isDenied = false
    } catch {
      guard error.code == .denied else { throw error }
      if !told.isDenied {
        logger.warning(
          "partitions of the next weeks are missing, and the node's role may not make them: run `tocsin migrate` as the owner of the tables",
          metadata: ["error": "\(error)"])
      }
      told.isDenied = true
    }
  }

  private func lookForStrays(_ told: inout Told) async throws(StoreError) {
    for (table, rows) in try await store.defaultPartitionRows() {
      strays[table]?.set(Double(rows))
      if rows > 0, told.strays[table, default: 0] == 0 {
        logger.warning(
          "rows lie in the default partition: there was no partition for their week",
          metadata: ["table": "\(table)", "rows": .stringConvertible(rows)])
      }
      told.strays[table] = rows
    }
  }

  /// What was told and still is so.
  private struct Told {
    var isDenied = false
    var strays: [String: Int] = [:]
  }
}
