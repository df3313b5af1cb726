import NIOHTTP1
import TocsinCore
import TocsinEngine
import TocsinJSON

/// `/api/alerts/rules`: reading and changing rules.
enum RuleEndpoints {
  static let path = "/api/alerts/rules"

  /// - Parameter reader: reads the pages
  static func all(_ rules: RuleService, reader: ListReader) -> [Endpoint] {
    [save(rules), list(rules), get(rules), delete(rules), set(true, rules), set(false, rules), history(rules, reader)]
  }

  private static func save(_ rules: RuleService) -> Endpoint {
    let operation = Operation(
      id: "saveRule", tag: "rules", summary: "Creates a rule, or replaces the whole rule of that id.",
      parameters: [Parameters.actor],
      body: Operation.Body(schema: Schemas.reference("AlertRuleInput"), example: Examples.ruleInput),
      success: Operation.Success(
        description: "The rule as it is kept. `changed` is false where it was like that already.",
        schema: Schemas.object([
          "success": Schemas.yes, "rule": Schemas.reference("AlertRule"), "changed": Schemas.flag,
        ]),
        example: ["success": true, "rule": Examples.rule, "changed": true]),
      problems: [503])
    return Endpoint(.POST, path, operation) { request in
      let json = try request.read { (bytes) throws(JSONError) in try JSON(parsing: bytes) }
      let written = try await rules.save(
        try AlertRule(request: json), tenant: request.tenant, actor: try request.actor().ofRules)
      return HTTPAnswer(["success": true, "rule": written.rule.json, "changed": .bool(written.changed)])
    }
  }

  private static func list(_ rules: RuleService) -> Endpoint {
    let operation = Operation(
      id: "listRules", tag: "rules", summary: "All rules.", parameters: [Parameters.enabledOnly],
      success: Operation.Success(
        description: "The rules.",
        schema: Schemas.object(["rules": Schemas.list("AlertRule"), "count": Schemas.count]),
        example: ["rules": [Examples.rule], "count": 1]),
      problems: [503])
    return Endpoint(.GET, path, operation) { request in
      var query = try request.queryParameters()
      let enabledOnly = query.bool("enabled_only", default: false)
      try query.finish()
      let all = try rules.all(tenant: request.tenant, enabledOnly: enabledOnly)
      return HTTPAnswer(["rules": .array(all.map(\.json)), "count": .integer(Int64(all.count))])
    }
  }

  private static func get(_ rules: RuleService) -> Endpoint {
    let operation = Operation(
      id: "getRule", tag: "rules", summary: "One rule.", parameters: [Parameters.ruleID],
      success: Operation.Success(
        description: "The rule.", schema: Schemas.reference("AlertRule"), example: Examples.rule),
      problems: [404, 503])
    return Endpoint(.GET, path + "/{rule_id}", operation) { request in
      HTTPAnswer(try rules.rule(try request.parameter("rule_id"), tenant: request.tenant).json)
    }
  }

  private static func delete(_ rules: RuleService) -> Endpoint {
    let operation = Operation(
      id: "deleteRule", tag: "rules", summary: "Deletes a rule.",
      parameters: [Parameters.ruleID, Parameters.actor],
      success: Operation.Success(
        description: "It is gone.",
        schema: Schemas.object(["success": Schemas.yes, "rule_id": Schemas.text, "changed": Schemas.yes]),
        example: ["success": true, "rule_id": "high_cpa", "changed": true]),
      problems: [404, 503])
    return Endpoint(.DELETE, path + "/{rule_id}", operation) { request in
      let id = try request.parameter("rule_id")
      try await rules.delete(id, tenant: request.tenant, actor: try request.actor().ofRules)
      return HTTPAnswer(["success": true, "rule_id": .string(id), "changed": true])
    }
  }

  private static func set(_ enabled: Bool, _ rules: RuleService) -> Endpoint {
    let verb = enabled ? "enable" : "disable"
    let operation = Operation(
      id: verb + "Rule", tag: "rules",
      summary: enabled ? "Lets a rule be evaluated." : "Keeps a rule from being evaluated.",
      parameters: [Parameters.ruleID, Parameters.actor],
      success: Operation.Success(
        description: "It is so now. `changed` is false where it was so already.",
        schema: Schemas.object(["success": Schemas.yes, "enabled": Schemas.flag, "changed": Schemas.flag]),
        example: ["success": true, "enabled": .bool(enabled), "changed": true]),
      problems: [404, 503])
    return Endpoint(.PUT, path + "/{rule_id}/" + verb, operation) { request in
      let id = try request.parameter("rule_id")
      let written = try await rules.setEnabled(
        enabled, id, tenant: request.tenant, actor: try request.actor().ofRules)
      return HTTPAnswer(["success": true, "enabled": .bool(written.rule.enabled), "changed": .bool(written.changed)])
    }
  }

  private static func history(_ rules: RuleService, _ reader: ListReader) -> Endpoint {
    let operation = Operation(
      id: "ruleHistory", tag: "rules", summary: "A rule's changes, newest first; also of a rule that was deleted.",
      parameters: [Parameters.ruleID, Parameters.limit, Parameters.changeCursor],
      success: Operation.Success(
        description: "The changes.",
        schema: Schemas.object(
          ["rule_id": Schemas.text, "changes": Schemas.list("RuleChange"), "count": Schemas.count],
          optional: ["next_cursor": ["type": "string", "pattern": "^[A-Za-z0-9._~-]+$"]]),
        example: ["rule_id": "high_cpa", "changes": [Examples.ruleChange], "count": 1]),
      problems: [404, 503])
    return Endpoint(.GET, path + "/{rule_id}/history", operation) { request in
      let id = try request.parameter("rule_id")
      var query = try request.queryParameters()
      let limit = query.integer("limit", in: 1...1000, default: 100)
      let start = query.changeCursor("cursor")
      try query.finish()
      guard AlertRule.isValid(ruleID: id) else { throw Problem(404, "there is no rule of that id") }
      let page = try await reader.page(limit: limit, behind: start) { behind, limit in
        let found = try await rules.history(id, tenant: request.tenant, before: behind ?? .max, limit: limit)
        return (found.elements, found.next)
      } id: { change in
        change.version
      } append: { change, bytes in
        json(change).append(to: &bytes)
      }
      return HTTPAnswer(
        bytes: Body.page(page, named: "changes", cursor: Cursor.text) { bytes in
          JSONWriter.append(key: "rule_id", string: id, to: &bytes)
        })
    }
  }

  private static func json(_ change: RuleChange) -> JSON {
    [
      "version": .integer(change.version), "action": .string(change.action), "actor": .string(change.actor),
      "timestamp": .string(change.at.description), "before": change.before ?? .null, "after": change.after ?? .null,
    ]
  }
}
