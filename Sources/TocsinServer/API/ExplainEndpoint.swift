import NIOHTTP1
import TocsinCore
import TocsinEngine
import TocsinJSON

/// `/api/alerts/explain`: what a check would do, and why, without doing it.
enum ExplainEndpoint {
  static func all(_ explanations: ExplainService) -> [Endpoint] {
    let operation = Operation(
      id: "explain", tag: "checks",
      summary: "Tells what each rule that has to do with a check says of it, and why. Changes nothing.",
      body: Operation.Body(schema: Schemas.reference("Check"), example: Examples.check),
      success: Operation.Success(
        description: "The rules, in the order of their ids.", schema: Schemas.reference("CheckExplanation"),
        example: Examples.explanation),
      problems: [503])
    return [
      Endpoint(.POST, "/api/alerts/explain", operation) { request in
        let check = try request.read(Check.init(body:))
        return HTTPAnswer(try await explanations.explain(check, tenant: request.tenant).json)
      }
    ]
  }
}
