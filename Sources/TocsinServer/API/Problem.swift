import NIOCore
import NIOHTTP1
import Support
import TocsinCore
import TocsinEngine
import TocsinJSON

/// An error answer: `application/problem+json` (RFC 9457) with the keys `error` and `details` of the wire contract.
struct Problem: Error, Sendable {
  /// One thing that is wrong with a request.
  struct Fault: Sendable, Hashable {
    /// Where: a JSON pointer into the body, or the name of a parameter after a slash.
    var pointer: String
    /// What.
    var detail: String
    /// The name of the query or header parameter, where it is one.
    var parameter: String?
  }

  var status: Int
  var detail: String
  var headers: [(String, String)] = []
  var faults: [Fault] = []
  /// Further members.
  var extras = JSONObject()

  init(_ status: Int, _ detail: String, faults: [Fault] = []) {
    self.status = status
    self.detail = detail
    self.faults = faults
  }

  init(_ status: Int, _ detail: String, retryAfterSeconds: Int) {
    self.init(status, detail)
    headers = [("retry-after", String(retryAfterSeconds))]
  }

  /// The members.
  /// - Parameters:
  ///   - instance: what the request was about: a path
  ///   - id: the request's; nil for a part of a request
  func json(instance: String, id: RequestID? = nil) -> JSONObject {
    let title = HTTPResponseStatus(statusCode: status).reasonPhrase
    var members: JSONObject = [
      "type": "about:blank", "title": .string(title), "status": .integer(Int64(status)), "detail": .string(detail),
    ]
    members["instance"] = .string(PercentCoding.reference(instance))
    members["error"] = .string(title)
    members["details"] = .string(detail)
    if !faults.isEmpty {
      members["errors"] = .array(
        faults.map { fault in
          var member: JSONObject = ["pointer": .string(fault.pointer), "detail": .string(fault.detail)]
          if let parameter = fault.parameter { member["parameter"] = .string(parameter) }
          return .object(member)
        })
    }
    if let id { members["request_id"] = .string(id.description) }
    for extra in extras.members { members[extra.key] = extra.value }
    return members
  }

  /// The answer to a request.
  func answer(to request: Request) -> HTTPAnswer {
    answer(instance: request.path, id: request.id)
  }

  /// The answer to a request of that path and id.
  func answer(instance: String, id: RequestID) -> HTTPAnswer {
    var bytes: [UInt8] = []
    json(instance: instance, id: id).append(to: &bytes)
    return HTTPAnswer(status: status, contentType: "application/problem+json", headers: headers, bytes: bytes)
  }
}
