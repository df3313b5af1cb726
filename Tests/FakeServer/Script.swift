extension FakeServer {
  /// A request that arrived.
  package struct Request: Sendable {
    /// How many came before it.
    package var number: Int
    /// `GET`, …
    package var method: String
    /// Path and query, as they came.
    package var target: String
    /// The headers, names in lower case.
    package var headers: [String: String]
    /// The body.
    package var body: String

    /// Method and target: `GET /api/alerts/rules`.
    package var line: String { "\(method) \(target)" }
  }

  /// What a request gets.
  package enum Reply: Sendable {
    /// An answer.
    case answer(Int, String, type: String = "application/json", headers: [String: String] = [:])
    /// An answer in chunks.
    case chunks(Int, [String])
    /// The connection is closed.
    case drop
    /// Nothing.
    case silence
  }

  /// What happens on a stream, one after the other. It stays open afterwards.
  package enum Step: Sendable {
    /// A text message.
    case send(String)
    /// A close frame with that code.
    case close(UInt16)
  }

  /// How a server behaves.
  package struct Script: Sendable {
    let stream: (@Sendable (Request) -> [Step])?
    let answer: @Sendable (Request) -> Reply

    /// Answers requests, and takes no streams.
    package init(answer: @escaping @Sendable (Request) -> Reply = { _ in .answer(404, "{\"title\": \"Not Found\"}") }) {
      self.stream = nil
      self.answer = answer
    }

    /// Takes streams, and answers requests.
    package init(
      stream: @escaping @Sendable (Request) -> [Step],
      answer: @escaping @Sendable (Request) -> Reply = { _ in .answer(404, "{\"title\": \"Not Found\"}") }
    ) {
      self.stream = stream
      self.answer = answer
    }
  }
}
