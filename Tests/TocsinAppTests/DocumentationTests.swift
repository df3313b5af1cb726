import Foundation
import Testing
import TocsinCore
import TocsinJSON
import TocsinNotifiers

@testable import TocsinApp

/// The article's example is one that works.
@Suite struct DocumentationTests {
  @Test func theExampleIsReadAsTheArticleSays() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let article = try String(
      contentsOf: root.appendingPathComponent("Sources/TocsinApp/TocsinApp.docc/Receivers.md"), encoding: .utf8)
    let example = try #require(article.split(separator: "```yaml\n").dropFirst().first?.split(separator: "```").first)
      .description
    let folder = try Folder([
      "tocsin.yaml": "", "templates/short.mustache": "", "pagerduty": "key", "mail": "password\n",
      "teams": "https://teams.example.org/w", "telegram": "1:token\n", "authorization": "Bearer token",
      "signing": "whsec_AAAA\nwhsec_BBBB\n",
    ])
    try folder.write("tocsin.yaml", example.replacing("/run/secrets/tocsin/", with: folder.path + "/"))
    let configuration = try ReceiverConfiguration(
      file: folder["tocsin.yaml"], environment: ["SLACK_WEBHOOK_URL": "https://hooks.example.org/s"])
    #expect(configuration.receivers.map(\.name) == ["on-call", "mail", "desk", "automation"])
    #expect(configuration.told(.critical) == ["automation", "on-call"])
    #expect(configuration.told(.low, campaign: "test-1") == ["automation"])
    #expect(
      configuration.told(.low, type: .budgetWarning, details: ["region": "EU"]) == ["automation", "mail"])
    #expect(configuration.told(.low, type: .budgetWarning, details: ["region": "US"]) == ["automation", "desk"])
  }
}
