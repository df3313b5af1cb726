import ArgumentParser
import TocsinClient

/// What every command that talks to a server has in common.
struct ConnectionOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "A server's address; several with commas between them, or repeated: the next is tried when one fails. "
        + "(default: TOCSIN_URL, or http://127.0.0.1:8000)", valueName: "url"))
  var url: [String] = []

  @Option(name: .long, help: ArgumentHelp("How long a server may take to answer.", valueName: "seconds"))
  var timeout: Double = 10

  @Flag(name: .long, help: "Print JSON, as the server sent it, instead of text for people.")
  var json = false

  mutating func validate() throws {
    guard timeout > 0, timeout <= 86_400 else {
      throw ArgumentParser.ValidationError("--timeout must be a number of seconds above 0, at most 86400.")
    }
  }

  /// The time limit.
  var timeLimit: Duration { .milliseconds(Int64(timeout * 1000)) }

  /// The servers that the options or the environment name.
  func servers() throws -> [ServerAddress] {
    try ConnectionOptions.servers(url)
  }

  /// The servers at these URLs; where there are none those of the environment, or this machine.
  static func servers(_ urls: [String]) throws -> [ServerAddress] {
    if !urls.isEmpty { return try ServerAddress.list(urls.joined(separator: ",")) }
    guard let variable = try ClientVariable.text("TOCSIN_URL") else {
      return try ServerAddress.list("http://127.0.0.1:8000")
    }
    do throws(ClientError) {
      return try ServerAddress.list(variable)
    } catch {
      throw CommandFailure(.usage, "tocsin: TOCSIN_URL: \(Printable.line(error.reason))")
    }
  }

  /// Runs `body` with a client of these servers.
  /// - Parameter user: who makes the changes, if there are any
  func withClient(user: String? = nil, _ body: (TocsinClient) async throws -> Void) async throws {
    let client = TocsinClient(servers: try servers(), timeout: timeLimit, user: user)
    do {
      try await body(client)
    } catch {
      await client.shutdown()
      throw error
    }
    await client.shutdown()
  }
}
