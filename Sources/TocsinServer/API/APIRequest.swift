import NIOCore
import NIOHTTP1
import Support
import TocsinCore
import TocsinJSON

/// A request to an endpoint: its path has matched, nothing else has been looked at.
struct APIRequest: Sendable {
  private let request: Request
  /// The path's parameters, decoded.
  private let parameters: [String: String]
  /// What stands behind the `?`.
  private let query: String
  /// The names that the query and the body may have.
  let names: Operation.Names

  /// - Parameter parameters: the path's, not decoded
  /// - Throws: 400 where one of them is not percent-encoded UTF-8
  init(
    _ request: Request, query: String, parameters: [(name: String, value: Substring)], names: Operation.Names
  ) throws(Problem) {
    self.request = request
    self.query = query
    self.names = names
    var decoded: [String: String] = [:]
    for (name, value) in parameters {
      guard let value = PercentCoding.decode(value) else {
        throw Problem(400, "the path is not percent-encoded UTF-8")
      }
      decoded[name] = value
    }
    self.parameters = decoded
  }

  /// Who sends it.
  var principal: Principal { request.principal }

  /// Whose data the request is about.
  var tenant: Tenant { request.principal.tenant }

  /// Whether the body is said to be JSON.
  var isJSON: Bool { request.summary.isJSON }

  /// Whether the client says what the body is.
  var hasContentType: Bool { request.head.headers.contains(name: "content-type") }

  var body: ByteBuffer { request.body }

  /// The query's parameters.
  func queryParameters() throws(Problem) -> QueryParameters {
    try QueryParameters(query, known: names.query)
  }

  /// A parameter of the path: an id.
  func parameter(_ name: String) throws(Problem) -> String {
    let value = parameters[name] ?? ""
    guard (1...256).contains(value.utf8.count), !value.utf8.contains(0) else {
      let fault = Problem.Fault(
        pointer: "/" + name, detail: "must have 1 to 256 bytes, none of them U+0000", parameter: name)
      throw Problem(422, "the parameter \(name) \(fault.detail)", faults: [fault])
    }
    return value
  }

  /// The alert that the path names. A text that is no id cannot be one's.
  func alertID() throws(Problem) -> AlertID {
    let text = try parameter("alert_id")
    guard let id = AlertID(text) else { throw Problem(404, "there is no alert of that id") }
    return id
  }

  /// Who makes the change that the request asks for.
  func actor() throws(Problem) -> Actor {
    try Actor(principal, request.head.headers)
  }

  /// Reads the body, which must be JSON, as something.
  func read<Value, Failure: Error>(
    _ reader: (UnsafeRawBufferPointer) throws(Failure) -> Value
  ) throws -> Value {
    guard isJSON else { throw Problem.notJSON }
    return try body.withUnsafeReadableBytes { bytes in try reader(bytes) }
  }

  /// Refuses the members of a body that the endpoint does not have: they would be ignored. Anything else is.
  func refuseMembers() throws {
    guard isJSON, body.readableBytes > 0 else { return }
    let json = body.withUnsafeReadableBytes { bytes in try? JSON(parsing: bytes) }
    if let object = json?.object { try BodyFields(object, known: []).finish() }
  }

  /// The fields of the body, which must be a JSON object, or may be missing where the endpoint says so.
  func fields() throws -> BodyFields {
    if body.readableBytes == 0, !names.bodyIsRequired { return BodyFields([:], known: names.body) }
    let json = try read { (bytes) throws(JSONError) in try JSON(parsing: bytes) }
    guard let object = json.object else { throw Problem(422, "the body must be an object") }
    return BodyFields(object, known: names.body)
  }
}
