import NIOHTTP1

/// Finds the endpoint of a path: a tree by the path's components, of which the literal ones come first.
struct RouteTable: Sendable {
  /// What is at a path.
  enum Match {
    /// An endpoint, and the parameters of its path, not decoded yet.
    case found(Endpoint, parameters: [(name: String, value: Substring)])
    /// Endpoints of other methods: these.
    case otherMethods([String])
    case nothing
  }

  private struct Node: Sendable {
    var literals: [Substring: Int] = [:]
    /// The node of a component that is a parameter.
    var parameter: Int?
    /// By the method's name.
    var endpoints: [String: Endpoint] = [:]
  }

  private var nodes = [Node()]

  /// The table of these endpoints. `HEAD` is served wherever `GET` is.
  init(_ endpoints: [Endpoint]) {
    for endpoint in endpoints {
      var place = 0
      for component in endpoint.path.split(separator: "/") {
        let isParameter = component.hasPrefix("{")
        let next = isParameter ? nodes[place].parameter : nodes[place].literals[component]
        if let next {
          place = next
          continue
        }
        nodes.append(Node())
        let added = nodes.count - 1
        if isParameter { nodes[place].parameter = added } else { nodes[place].literals[component] = added }
        place = added
      }
      nodes[place].endpoints[endpoint.method.rawValue] = endpoint
    }
  }

  /// What is at that path for that method.
  func match(_ method: HTTPMethod, _ path: Substring) -> Match {
    let components = path.split(separator: "/")
    var values: [Substring] = []
    guard let place = place(of: components[...], from: 0, &values) else { return .nothing }
    let endpoints = nodes[place].endpoints
    guard let endpoint = endpoints[method == .HEAD ? "GET" : method.rawValue] else {
      var methods = Array(endpoints.keys)
      if methods.contains("GET") { methods.append("HEAD") }
      return .otherMethods(methods.sorted())
    }
    let names = endpoint.path.split(separator: "/").filter { $0.hasPrefix("{") }.map {
      String($0.dropFirst().dropLast())
    }
    return .found(endpoint, parameters: zip(names, values).map { (name: $0, value: $1) })
  }

  /// The node of a path that has endpoints: by literal components rather than by parameters.
  private func place(of components: ArraySlice<Substring>, from place: Int, _ values: inout [Substring]) -> Int? {
    guard let component = components.first else { return nodes[place].endpoints.isEmpty ? nil : place }
    if let next = nodes[place].literals[component],
      let end = self.place(of: components.dropFirst(), from: next, &values)
    {
      return end
    }
    guard let next = nodes[place].parameter else { return nil }
    values.append(component)
    if let end = self.place(of: components.dropFirst(), from: next, &values) { return end }
    values.removeLast()
    return nil
  }
}
