/// How statements find rows of `deliveries` (as `d`) that another relation names.
enum DeliveryKeys {
  /// Compares the keys. That the alerts' ids are in a list, and between its first and its last one, follows from it;
  /// it keeps the planner from reading whole partitions, and all of them, when it does not know how few keys there are.
  static func match(_ relation: String) -> String {
    """
    d.tenant = \(relation).tenant AND d.alert_id = \(relation).alert_id AND d.delivery_id = \(relation).delivery_id
        AND d.tenant = ANY (ARRAY(SELECT DISTINCT tenant FROM \(relation)))
        AND d.alert_id = ANY (ARRAY(SELECT alert_id FROM \(relation)))
        AND d.alert_id >= (SELECT alert_id FROM \(relation) ORDER BY alert_id LIMIT 1)
        AND d.alert_id <= (SELECT alert_id FROM \(relation) ORDER BY alert_id DESC LIMIT 1)
    """
  }
}
