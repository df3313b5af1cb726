extension ConnectionQuery {
  /// The parameters that the address of a connection may have.
  static let names = ["last_event_id", "campaign_id", "campaign_ids", "severities", "alert_types", "updates"]

  /// Why a handshake with that address is refused: it is no query, names a parameter that is not known, or says of
  /// `updates` neither true nor false. What is wrong with a filter is told on the connection.
  static func problem(in target: String) -> Problem? {
    guard let mark = target.firstIndex(of: "?") else { return nil }
    do throws(Problem) {
      // The connection has bounded the whole request line.
      var query = try QueryParameters(target[target.index(after: mark)...], known: names, limit: .max)
      _ = query.bool("updates")
      try query.finish()
      return nil
    } catch {
      return error
    }
  }
}
