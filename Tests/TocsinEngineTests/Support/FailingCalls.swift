import TocsinCore
import TocsinTesting

/// One call of a port that fails.
struct FailingCall: CustomStringConvertible {
  var backend: Backend
  /// How many calls go well first.
  var number: Int
  /// The name of the call that fails.
  var name: String
  var moment: Faults.Moment
  /// Whether all calls after it fail, too, until the server is back.
  var isLasting: Bool

  var description: String {
    "\(backend.rawValue), call \(number): \(name) \(moment)\(isLasting ? ", and all after it" : "")"
  }

  /// Lets the node meet this.
  func arm(_ node: TestNode) {
    node.faults(backend).fail(.away(backend), after: number, moment, times: isLasting ? .max : 1)
  }

  /// Runs a scenario again and again: each time another one of the calls fails that it makes when all goes well.
  /// - Parameters:
  ///   - prepare: makes a node
  ///   - scenario: what fails
  ///   - verify: what must hold after the servers are back
  static func each(
    prepare: () async throws -> TestNode, scenario: (TestNode) async throws -> Void,
    verify: (TestNode, FailingCall) async throws -> Void
  ) async throws {
    let node = try await prepare()
    let before = Backend.allCases.map { node.faults($0).calls.count }
    try await scenario(node)
    for (backend, start) in zip(Backend.allCases, before) {
      for (number, name) in node.faults(backend).calls.dropFirst(start).enumerated() {
        for moment in Faults.Moment.allCases {
          for isLasting in [false, true] {
            let failing = FailingCall(
              backend: backend, number: number, name: name, moment: moment, isLasting: isLasting)
            let node = try await prepare()
            failing.arm(node)
            try? await scenario(node)
            node.mend()
            try await verify(node, failing)
          }
        }
      }
    }
  }
}
