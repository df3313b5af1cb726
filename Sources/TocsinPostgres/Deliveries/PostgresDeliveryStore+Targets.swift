import PostgresClient
package import TocsinCore

extension PostgresDeliveryStore {
  package func reportReceivers(
    _ names: [String], unknownAfterMilliseconds: Int64
  ) async throws(StoreError) -> ChangedDeliveries {
    // Nodes that report at once wait for each other; sorted, never in a circle.
    let parameters: [PostgresValue] = [.textArray(Set(names).sorted()), .int8(unknownAfterMilliseconds)]
    return try await changed(DeliveryStatements.reportReceivers, parameters)
  }

  package func disabledTargets() async throws(StoreError) -> [TargetName: String] {
    let targets = try await readers.rows(DeliveryStatements.disabled) { row in
      (TargetName(receiver: try row.text(0), target: try row.text(1)), try row.text(2))
    }
    return Dictionary(targets, uniquingKeysWith: { $1 })
  }

  package func disable(_ target: TargetName, reason: String?) async throws(StoreError) {
    let name: [PostgresValue] = [.text(target.receiver), .text(target.target)]
    if let reason {
      let reason = PostgresValue.text(Delivery.Attempt.storable(reason))
      _ = try await writers.run(DeliveryStatements.disable, name + [reason])
    } else {
      _ = try await writers.run(DeliveryStatements.enable, name)
    }
  }
}
