import TestLog
import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinNotifiers

@Suite struct TemplateTests {
  private func render(
    _ text: String, _ alert: Alert = Samples.alert(), cause: DeliveryCause = .fired, escape: Escape = .none
  ) throws -> String {
    try Template(text).render(Samples.notice(alert, cause: cause), escape: escape, limits: ValueLimits())
  }

  @Test func allBuiltInTemplatesAreSound() {
    #expect(Set(BuiltInTemplates.all.keys) == Set(TemplateName.all))
  }

  @Test func namesHaveValues() throws {
    #expect(
      try render("{{severity_label}} {{title}} {{metric_value}}<{{threshold}}") == "HIGH Low ROAS: Spring sale 1.5<2")
    #expect(try render("{{#is_fired}}a{{/is_fired}}{{^is_resolved}}b{{/is_resolved}}") == "ab")
    #expect(try render("{{headline}} {{actor}}", cause: .acknowledged) == "Acknowledged: Low ROAS: Spring sale ann")
    #expect(try render("{{#ad_id}}ad {{ad_id}}{{/ad_id}}{{^ad_id}}none{{/ad_id}}") == "none")
    #expect(
      try render("{{#details}}{{key}}={{value}};{{/details}}")
        == "rule_name=ROAS < 2.0x;operator=<;action=Review bids.;")
    #expect(
      try render("{{uppercased(campaign_name)}} {{unknown}}|{{.}}|{{title.text}}|")
        == "SPRING SALE ||||".replacing("||||", with: "|||"))
  }

  @Test func valuesAreEscapedHoweverTheyAreWritten() throws {
    let alert = Samples.alert(title: Hostile.markup + Hostile.marks)
    for tag in ["{{title}}", "{{{title}}}", "{{&title}}", "{{uppercased(title)}}", "{{{lowercased(title)}}}"] {
      let text = try render(tag, alert, escape: .html)
      #expect(!text.unicodeScalars.contains { "<>\"'".unicodeScalars.contains($0) })
    }
  }

  @Test func valuesAreNotTemplates() throws {
    #expect(try render("{{title}}", Samples.alert(title: "{{message}}")) == "{{message}}")
  }

  @Test(arguments: [
    "{{#title}}", "{{/title}}", "{{title", "{{#a}}{{/b}}", "{{>partial}}", "{{<parent}}{{/parent}}", "{{$a}}{{/a}}",
    "{{=<% %>=}}", "{{ti tle}}", "{{% NOPE: x}}", "a\u{0}b", "{{unknown(}}",
    String(repeating: "x", count: 65 * 1024), String(repeating: "{{#title}}", count: 5000),
    String(repeating: "{{title}}", count: 1001),
    "{{\(String(repeating: "a(", count: 500))b\(String(repeating: ")", count: 500))}}",
  ])
  func aBrokenTemplateIsRefused(_ text: String) {
    #expect(throws: TemplateFault.self) { try Template(text) }
  }

  @Test func nestedListsEndSoon() throws {
    let alert = Samples.alert(details: JSONObject((0..<50).map { ("key\($0)", .string("value")) }))
    let open = String(repeating: "{{#details}}", count: 10)
    let close = String(repeating: "{{/details}}", count: 10)
    #expect(throws: TemplateFault("it makes more than 524288 bytes")) {
      try render(open + "0123456789{{key}}" + close, alert)
    }
  }

  @Test func manyLongValuesEndSoon() throws {
    let alert = Samples.alert(message: String(repeating: "x", count: 100_000))
    #expect(throws: TemplateFault.self) { try render(String(repeating: "{{message}}", count: 900), alert) }
  }

  @Test func aBrokenFileIsReportedOnceAndReplaced() throws {
    let folder = try TemporaryFolder(["email.subject.mustache": "{{#title}}", "email.text.mustache": "Own: {{title}}"])
    let log = LogLines()
    let problems = TemplateProblems(logger: log.logger)
    var reader = TemplateReader(problems)
    let settings = ChannelSettings.email(Samples.email())
    let sources = [TemplateSources(folder: folder.path)]
    let set = reader.templates(settings, sources)
    _ = reader.templates(settings, sources)
    #expect(set.render(.emailSubject, of: Samples.notice()) == "[HIGH] Low ROAS: Spring sale")
    #expect(set.render(.emailText, of: Samples.notice()) == "Own: Low ROAS: Spring sale")
    #expect(problems.all.map(\.name) == [.emailSubject])
    #expect(problems.all.first?.file == folder.path + "/email.subject.mustache")
    #expect(log.lines.count == 1)
    #expect(log.lines.first?.contains("line 1") == true)
  }

  @Test func aTemplateThatFailsOnAnAlertIsReportedOnceAndReplaced() throws {
    let folder = try TemporaryFolder(["subject": "{{ad_id}}"])
    let log = LogLines()
    let problems = TemplateProblems(logger: log.logger)
    var reader = TemplateReader(problems)
    let set = reader.templates(
      .email(Samples.email()), [TemplateSources(files: [.emailSubject: folder.path + "/subject"])])
    for _ in 0..<3 { #expect(set.render(.emailSubject, of: Samples.notice()) == "[HIGH] Low ROAS: Spring sale") }
    #expect(set.render(.emailSubject, of: Samples.notice(Samples.alert(adID: "7"))) == "7")
    #expect(problems.all.map(\.reason) == ["it makes an empty text"])
    #expect(log.lines.count == 1)
  }

  @Test func aNamedFileThatIsMissingIsReportedButNotOneOfAFolder() throws {
    let folder = try TemporaryFolder()
    let problems = TemplateProblems()
    var reader = TemplateReader(problems)
    _ = reader.templates(.email(Samples.email()), [TemplateSources(folder: folder.path)])
    #expect(problems.all.isEmpty)
    _ = reader.templates(.email(Samples.email()), [TemplateSources(files: [.emailHTML: folder.path + "/none"])])
    #expect(problems.all.map(\.name) == [.emailHTML])
  }

  @Test(arguments: ["/dev/zero", "/proc/self", "/dev/null"]) func onlyRegularFilesAreRead(_ file: String) {
    let problems = TemplateProblems()
    var reader = TemplateReader(problems)
    _ = reader.templates(.email(Samples.email()), [TemplateSources(files: [.emailHTML: file])])
    #expect(problems.all.map(\.reason) == ["it is not a regular file"])
  }

  @Test func aChannelsFileGoesBeforeTheInstallations() throws {
    let own = try TemporaryFolder(["slack.title.mustache": "own {{title}}"])
    let all = try TemporaryFolder([
      "slack.title.mustache": "all {{title}}", "slack.message.mustache": "all {{message}}",
    ])
    var reader = TemplateReader(TemplateProblems())
    let set = reader.templates(
      .slack(SlackSettings(url: "https://a.example")),
      [TemplateSources(folder: own.path), TemplateSources(folder: all.path)])
    #expect(set.render(.slackTitle, of: Samples.notice()) == "own Low ROAS: Spring sale")
    #expect(set.render(.slackMessage, of: Samples.notice()).hasPrefix("all Return"))
  }
}
