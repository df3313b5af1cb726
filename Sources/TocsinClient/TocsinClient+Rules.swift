import Support
package import TocsinCore
package import TocsinJSON

extension TocsinClient {
  /// All rules.
  package func rules(enabledOnly: Bool = false) async throws(ClientError) -> Answer<[AlertRule]> {
    let query = enabledOnly ? [("enabled_only", "true")] : []
    return try await answer(APIRequest(.get, "/api/alerts/rules", query: query)) { json in
      try json.object?["rules"]?.array?.map { try AlertRule(json: $0) }
    }
  }

  /// The rule of that id.
  /// - Throws: ``ClientError``; of code ``ClientError/Code/notFound`` where there is none
  package func rule(_ ruleID: String) async throws(ClientError) -> Answer<AlertRule> {
    try await answer(APIRequest(.get, rulePath(ruleID))) { try AlertRule(json: $0) }
  }

  /// Creates the rule, or replaces the whole rule of its id.
  /// - Returns: the rule as it is now
  package func save(_ rule: AlertRule) async throws(ClientError) -> Answer<AlertRule> {
    try await answer(APIRequest(.post, "/api/alerts/rules", body: rule.requestBody)) { json in
      try json.object?["rule"].map { try AlertRule(json: $0) }
    }
  }

  /// Deletes the rule of that id.
  /// - Throws: ``ClientError``; of code ``ClientError/Code/notFound`` where there is none
  @discardableResult
  package func deleteRule(_ ruleID: String) async throws(ClientError) -> JSON {
    try await transport.send(APIRequest(.delete, rulePath(ruleID)))
  }

  /// Enables or disables the rule of that id.
  /// - Throws: ``ClientError``; of code ``ClientError/Code/notFound`` where there is none
  @discardableResult
  package func setRule(_ ruleID: String, enabled: Bool) async throws(ClientError) -> JSON {
    try await transport.send(APIRequest(.put, rulePath(ruleID) + (enabled ? "/enable" : "/disable")))
  }

  /// The changes of the rule of that id, newest first.
  /// - Throws: ``ClientError``; of code ``ClientError/Code/notFound`` where there never was one
  package func ruleHistory(_ ruleID: String, limit: Int = 50) async throws(ClientError) -> Answer<[RuleChange]> {
    let request = APIRequest(.get, rulePath(ruleID) + "/history", query: [("limit", String(limit))])
    return try await answer(request) { json in
      json.object?["changes"]?.array?.compactMap { RuleChange(json: $0) }
    }
  }

  private func rulePath(_ ruleID: String) -> String {
    "/api/alerts/rules/" + PercentCoding.encode(ruleID)
  }
}

extension AlertRule {
  /// What a person writes of a rule: its wire form without the fields that the server sets.
  package var requestBody: JSON {
    guard case .object(var object) = json else { return json }
    object["created_at"] = nil
    object["updated_at"] = nil
    return .object(object)
  }
}

extension RuleChange {
  /// Reads one element of the answer to `GET /api/alerts/rules/{rule_id}/history`.
  init?(json: JSON) {
    guard let object = json.object, case .integer(let version)? = object["version"],
      let action = object["action"]?.string, let at = object["timestamp"]?.string.flatMap({ Timestamp($0) })
    else { return nil }
    func state(_ key: String) -> JSON? { object[key] == .null ? Optional.none : object[key] }
    self.init(
      version: version, action: action, actor: object["actor"]?.string ?? "", at: at, before: state("before"),
      after: state("after"))
  }
}
