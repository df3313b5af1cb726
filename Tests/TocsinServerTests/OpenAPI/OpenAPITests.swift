import HTTPTypes
import NIOHTTP1
import Testing
import TocsinCore

@testable import TocsinServer

@Suite struct OpenAPITests {
  @Test func everyEndpointIsDescribed() async throws {
    try await MemoryCluster.run { engine, _ in
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
        #expect(["400", "408", "413", "500"].allSatisfy { responses[$0] != nil })
      }
      #expect(ids.count == listed.count)
      #expect(paths.count == Set(listed.map(\.path)).count)
    }
  }

  @Test func everyReferenceLeadsSomewhere() async throws {
    try await MemoryCluster.run { engine, _ in
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
    try await MemoryCluster.run { engine, _ in
      let routes = Set(APIEndpoints.all(engine).map { "\($0.method) \($0.path)" })
      let expected: Set<String> = [
        "POST /api/alerts/rules", "GET /api/alerts/rules", "GET /api/alerts/rules/{rule_id}",
        "DELETE /api/alerts/rules/{rule_id}", "PUT /api/alerts/rules/{rule_id}/enable",
        "PUT /api/alerts/rules/{rule_id}/disable", "GET /api/alerts/rules/{rule_id}/history",
        "POST /api/alerts/check", "POST /api/alerts/check/roas", "POST /api/alerts/check/budget",
        "POST /api/alerts/check/ctr", "POST /api/alerts/check/conversions", "POST /api/alerts/check/batch",
        "GET /api/alerts", "GET /api/alerts/history", "GET /api/alerts/stats", "GET /api/alerts/{alert_id}",
        "PUT /api/alerts/{alert_id}/acknowledge", "PUT /api/alerts/{alert_id}/resolve", "GET /livez", "GET /readyz",
        "GET /metrics", "GET /openapi.json", "GET /ws/alerts",
      ]
      #expect(routes.isSuperset(of: expected))
    }
  }
}
