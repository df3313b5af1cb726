import FakeServer
import Testing
import TocsinClient

@testable import tocsin

/// The variables of the environment that the command reads itself.
@Suite(.timeLimit(.minutes(10))) struct ClientVariableTests {
  private let answer = FakeServer.Script(answer: { _ in
    .answer(200, #"{"success":true,"alert_id":"x","acknowledged_by":"kim","changed":true}"#)
  })

  @Test func whatIsAroundAValueIsNotPartOfIt() async throws {
    try await FakeServer.with(answer) { server in
      let environment = ["TOCSIN_URL": "\u{FEFF} \(server.url)\r\n", "TOCSIN_USER": " kim\n"]
      let result = await run(["alerts", "acknowledge", Samples.alertID], environment: environment)
      #expect(result.status == .done, "\(result)")
      #expect(
        server.requests.last?.headers["x-tocsin-user"] == "kim" || server.requests.last?.body.contains("kim") == true)
    }
  }

  @Test(arguments: ["\"x\"", "'x'", "\u{201C}x\u{201D}"])
  func quotesAreNamed(value: String) async {
    let sentence = "has quotes around it, which are part of the value: leave them out"
    let url = await run(["alerts", "list"], environment: ["TOCSIN_URL": value])
    #expect(url == CommandRun(status: .usage, output: [], errors: ["tocsin: TOCSIN_URL \(sentence)"]))
    let user = await run(["rules", "disable", "r"], environment: ["TOCSIN_USER": value])
    #expect(user == CommandRun(status: .usage, output: [], errors: ["tocsin: TOCSIN_USER \(sentence)"]))
  }

  @Test func aWrongAddressHasTheVariablesName() async {
    let result = await run(["alerts", "list"], environment: ["TOCSIN_URL": "http://a,ftp://b"])
    #expect(
      result
        == CommandRun(
          status: .usage, output: [],
          errors: ["tocsin: TOCSIN_URL: \"ftp://b\" is not the address of a server: the scheme must be http or https"]))
    // The option goes before it.
    await ClosedPort.with { url in
      #expect(await run(["alerts", "list", "--url", url], environment: ["TOCSIN_URL": "'x'"]).status == .unreachable)
    }
  }

  @Test func aPasswordInAnAddressIsNotShown() async {
    let result = await run(["alerts", "list", "--url", "http://kim:hunter2@h"])
    #expect(result.status == .usage && !result.errors.joined().contains("hunter2"))
  }
}
