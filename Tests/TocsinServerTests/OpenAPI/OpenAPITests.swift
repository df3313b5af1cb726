import HTTPTypes
import NIOHTTP1
import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinServer

@Suite struct OpenAPITests {
  @Test func everyEndpointIsDescribed() async throws {
    try await TestCluster.run { engine, _ in
      let document = try await APIClient(engine).send(.GET, "/openapi.json")
      #expect(document.status == 200)
      #expect(document["openapi"] == "3.1.0")
      let paths = try #require(document["paths"]?.object)
      var ids: Set<String> = []
      let listed = APIEndpoints.all(engine).filter(\.isListed)
      for endpoint in listed {
        let item = try #require(paths[endpoint.path]?.object)
        let operation = try #require(item[endpoint.method.rawValue.lowercased()]?.object)
        ids.insert(try #require(operation["operationId"]?.string))
        let parameters = operation["parameters"]?.array ?? []
        for component in endpoint.path.split(separator: "/") where component.hasPrefix("{") {
          let name = JSON.string(String(component.dropFirst().dropLast()))
          #expect(parameters.contains { $0.object?["name"] == name && $0.object?["required"] == true })
        }
        let responses = try #require(operation["responses"]?.object)
        #expect(responses.members.allSatisfy { Int($0.key) != nil && $0.value.object?["description"] != nil })
        // A foreign host, or a foreign page.
        #expect(["400", "403", "422"].allSatisfy { responses[$0] != nil })
        // What only a body can have wrong is nowhere else.
        let hasBody = operation["requestBody"] != nil
        #expect(["408", "413", "415"].allSatisfy { (responses[$0] != nil) == hasBody })
        #expect((responses["404"] != nil) == endpoint.operation.problems.contains(404))
        #expect((responses["503"] != nil) == endpoint.operation.problems.contains(503))
      }
      #expect(ids.count == listed.count)
      #expect(paths.count == Set(listed.map(\.path)).count)
    }
  }

  @Test func everyReferenceLeadsSomewhere() async throws {
    try await TestCluster.run { engine, _ in
      let document = OpenAPIDocument.document(of: APIEndpoints.all(engine))
      let schemas = try #require(document.object?["components"]?.object?["schemas"]?.object)
      let references = Self.references(in: document)
      #expect(references.count > 10)
      for reference in references {
        #expect(reference.hasPrefix("#/components/schemas/"))
        #expect(schemas[String(reference.dropFirst(21))] != nil, "\(reference)")
      }
    }
  }

  /// Generators of clients give up at schemas that refer to themselves.
  @Test func noSchemaRefersToItself() async throws {
    let schemas = Schemas.components
    func reaches(_ name: String, _ seen: Set<String>) -> Bool {
      guard !seen.contains(name), let schema = schemas[name] else { return seen.contains(name) }
      return Self.references(in: schema).contains { reaches(String($0.dropFirst(21)), seen.union([name])) }
    }
    #expect(schemas.members.allSatisfy { !reaches($0.key, []) })
  }

  @Test func eachBodyAndMainAnswerHasAnExample() async throws {
    try await TestCluster.run { engine, _ in
      for endpoint in APIEndpoints.all(engine) where endpoint.isListed {
        if let body = endpoint.operation.body { #expect(body.example != .null, "\(endpoint.path)") }
        let success = endpoint.operation.success
        let isShown = success.contentType == "application/json" && endpoint.path != OpenAPIDocument.path
        #expect(!isShown || success.example != .null, "\(endpoint.path)")
      }
    }
  }

  @Test func theExamplesOfBodiesAreTaken() throws {
    _ = try Check(json: Examples.check)
    _ = try AlertRule(request: Examples.ruleInput)
    for shorthand in CheckShorthand.allCases {
      _ = try Examples.shorthand(shorthand).bytes.withUnsafeBytes { try Check.shorthand(shorthand, body: $0) }
    }
    _ = try Alert(json: Examples.alert)
  }

  /// Whatever an endpoint is for: a parameter that it does not know is named.
  @Test func noEndpointIgnoresAParameter() async throws {
    try await TestCluster.run { engine, _ in
      let client = APIClient(engine)
      let id = "0197a3c2-5b1e-7c40-9a1d-3f2e8b7c6d5a"
      for endpoint in APIEndpoints.all(engine) where endpoint.isListed {
        let target = endpoint.path.replacing(/\{[^}]*\}/, with: id)
        let body = endpoint.operation.body?.example.text
        let reply = try await client.send(HTTPMethod(rawValue: endpoint.method.rawValue), target + "?nonsense=1", body)
        #expect(reply.status == 422, "\(endpoint.path)")
        #expect(reply["errors"]?.array?.first?.object?["parameter"] == "nonsense", "\(endpoint.path)")
      }
    }
  }

  /// Likewise with the members of its body.
  @Test func noEndpointIgnoresAMember() async throws {
    try await TestCluster.run { engine, _ in
      let client = APIClient(engine)
      for endpoint in APIEndpoints.all(engine) where endpoint.isListed {
        let target = endpoint.path.replacing(/\{[^}]*\}/, with: "0197a3c2-5b1e-7c40-9a1d-3f2e8b7c6d5a")
        var body = endpoint.operation.body?.example.object ?? [:]
        body["nonsense"] = 1
        let reply = try await client.send(
          HTTPMethod(rawValue: endpoint.method.rawValue), target, JSON.object(body).text)
        #expect(reply.status == 422, "\(endpoint.path)")
        #expect(reply["errors"]?.array?.first?.object?["pointer"] == "/nonsense", "\(endpoint.path)")
      }
    }
  }

  private static func references(in json: JSON) -> Set<String> {
    switch json {
    case .array(let elements): return elements.reduce(into: []) { $0.formUnion(references(in: $1)) }
    case .object(let object):
      var found: Set<String> = []
      for member in object.members {
        if member.key == "$ref", let target = member.value.string { found.insert(target) }
        found.formUnion(references(in: member.value))
      }
      return found
    default: return []
    }
  }

  @Test func theContractsRoutesAreThere() async throws {
    try await TestCluster.run { engine, _ in
      let routes = Set(APIEndpoints.all(engine).map { "\($0.method) \($0.path)" })
      let expected: Set<String> = [
        "POST /api/alerts/rules", "GET /api/alerts/rules", "GET /api/alerts/rules/{rule_id}",
        "DELETE /api/alerts/rules/{rule_id}", "PUT /api/alerts/rules/{rule_id}/enable",
        "PUT /api/alerts/rules/{rule_id}/disable", "GET /api/alerts/rules/{rule_id}/history",
        "POST /api/alerts/check", "POST /api/alerts/check/roas", "POST /api/alerts/check/budget",
        "POST /api/alerts/check/ctr", "POST /api/alerts/check/conversions", "POST /api/alerts/check/batch",
        "POST /api/alerts/explain",
        "GET /api/alerts", "GET /api/alerts/history", "GET /api/alerts/stats", "GET /api/alerts/{alert_id}",
        "PUT /api/alerts/{alert_id}/acknowledge", "PUT /api/alerts/{alert_id}/resolve", "GET /livez", "GET /readyz",
        "GET /metrics", "GET /openapi.json", "GET /ws/alerts",
      ]
      #expect(routes.isSuperset(of: expected))
    }
  }
}
