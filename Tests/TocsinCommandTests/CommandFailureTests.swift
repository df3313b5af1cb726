import Testing
import TocsinClient
import TocsinCore
import TocsinJSON

@testable import tocsin

/// What people read of an error of a server.
@Suite struct CommandFailureTests {
  private func failure(_ detail: String, _ errors: [(pointer: String, detail: String)]) throws -> CommandFailure {
    let json: JSON = [
      "title": "Unprocessable Content", "detail": .string(detail),
      "errors": .array(errors.map { ["pointer": .string($0.pointer), "detail": .string($0.detail)] }),
    ]
    let problem = try #require(Problem(json: json, status: 422))
    let error = ClientError(.refused, status: 422, problem: problem, reason: problem.summary)
    return try #require(CommandFailure(error))
  }

  @Test func anErrorOfOneFieldIsSaidOnce() throws {
    let one = try failure("limit must be 1 to 1000.", [("/limit", "limit must be 1 to 1000.")])
    #expect(one == CommandFailure(.refused, "tocsin: Unprocessable Content: limit must be 1 to 1000."))
  }

  @Test func errorsOfSeveralFieldsAreSaidEach() throws {
    let several = try failure(
      "2 values have to be changed.", [("/a", "a must be a number."), ("", "it must be an object.")])
    #expect(
      several
        == CommandFailure(
          .refused, "tocsin: Unprocessable Content: 2 values have to be changed.", "  /a: a must be a number.",
          "  /: it must be an object."))
  }

  @Test func whatTheSentenceOnlyMentionsIsStillSaid() throws {
    let other = try failure("look at a", [("/a", "a"), ("/b", "at a")])
    #expect(other.lines == ["tocsin: Unprocessable Content: look at a", "  /a: a", "  /b: at a"])
  }
}
