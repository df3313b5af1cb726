import TocsinCore
import TocsinEngine
import TocsinJSON

extension Problem {
  /// What the engine could not do.
  init(_ error: EngineError) {
    switch error.code {
    case .notFound: self.init(404, error.message)
    case .unavailable: self.init(503, error.message, retryAfterSeconds: error.retryAfterSeconds ?? 1)
    case .invalid:
      let fault = error.pointer.map { Fault(pointer: $0, detail: error.message) }
      self.init(422, error.message, faults: fault.map { [$0] } ?? [])
    case .rejected, .failed: self.init(500, error.message)
    }
  }

  /// What is wrong with a body.
  init(_ error: ValidationError) {
    let faults = error.errors.map { Fault(pointer: $0.pointer, detail: $0.detail) }
    switch error.kind {
    case .malformed: self.init(400, error.detail, faults: faults)
    case .invalid: self.init(422, error.detail, faults: faults)
    }
  }

  /// A body that is not JSON, or holds a number that no double is.
  init(_ error: JSONError) {
    switch error.kind {
    case .syntax: self.init(400, "the body is not JSON: \(error)")
    case .number:
      let fault = Fault(pointer: "", detail: error.description)
      self.init(422, "the body holds a number that is not allowed: \(error)", faults: [fault])
    }
  }

  /// A body of another type.
  static let notJSON: Problem = {
    var problem = Problem(415, "the body must be application/json")
    problem.headers = [("accept", "application/json")]
    return problem
  }()

  /// Whatever an endpoint threw.
  init(any error: any Error) {
    switch error {
    case let problem as Problem: self = problem
    case let error as EngineError: self.init(error)
    case let error as ValidationError: self.init(error)
    case let error as JSONError: self.init(error)
    default: self.init(500, "an internal error happened")
    }
  }
}
