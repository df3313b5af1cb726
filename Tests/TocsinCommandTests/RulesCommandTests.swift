import FakeServer
import Testing
import TocsinCore
import TocsinJSON

@testable import tocsin

@Suite(.timeLimit(.minutes(10))) struct RulesCommandTests {
  /// A server that has rules r1 and r2 and takes every change.
  private let script = FakeServer.Script(answer: { request in
    switch request.method {
    case "GET": .answer(200, "{\"rules\":[\(Samples.rule(id: "r1")),\(Samples.rule(id: "r2"))],\"count\":2}")
    case "POST": .answer(200, "{\"success\":true,\"rule\":\(request.body)}")
    default: .answer(200, "{\"success\":true}")
    }
  })

  private let file = "[\(Samples.rule(id: "r3")),\(Samples.rule(id: "r1", threshold: "2.0"))]"

  @Test func applySendsOnlyWhatIsDifferent() async throws {
    try await FakeServer.with(script) { server in
      try await withFile("rules.json", file) { path in
        let result = await run(["rules", "apply", "-f", path, "--url", server.url])
        #expect(result.status == .done)
        #expect(
          result.output == ["created    r3", "unchanged  r1", "1 created, 0 replaced, 1 unchanged, 0 deleted"])
        #expect(server.requests.map(\.line) == ["GET /api/alerts/rules", "POST /api/alerts/rules"])
      }
    }
  }

  @Test func aDryRunSendsNothing() async throws {
    try await FakeServer.with(script) { server in
      let result = await run(
        ["rules", "apply", "-f", "-", "--url", server.url, "--dry-run", "--prune", "--json"], input: file)
      #expect(
        result.output == [
          "{\"created\":[\"r3\"],\"replaced\":[],\"unchanged\":[\"r1\"],\"deleted\":[\"r2\"],\"differences\":{},"
            + "\"dry_run\":true}"
        ])
      #expect(server.requests.map(\.method) == ["GET"])
    }
  }

  @Test func aDryRunShowsWhatBecomesDifferent() async throws {
    let changed = Samples.rule(id: "r1", threshold: "2.5", severity: "low")
      .replacing("{\"description\":\"d\"}", with: "{\"description\":\"d\",\"action\":\"Look.\"}")
    try await FakeServer.with(script) { server in
      let arguments = ["rules", "apply", "-f", "-", "--url", server.url, "--dry-run", "--prune"]
      let input = "[\(changed),\(Samples.rule(id: "r3"))]"
      let result = await run(arguments, input: input)
      #expect(
        result.output == [
          "replace    r1", "             severity \"high\" → \"low\"", "             threshold 2 → 2.5",
          "             metadata.action null → \"Look.\"", "create     r3", "delete     r2",
          "dry run, nothing was sent: 1 to create, 1 to replace, 0 unchanged, 1 to delete",
        ])
      let json = await run(arguments + ["--json"], input: input)
      #expect(json.output.first?.contains("{\"field\":\"threshold\",\"before\":2.0,\"after\":2.5}") == true, "\(json)")
      #expect(server.requests.map(\.method) == ["GET", "GET"])
    }
  }

  @Test func whoChangesRulesIsTold() async throws {
    try await FakeServer.with(script) { server in
      for (arguments, environment, user) in [
        (["--user", "lee"], ["TOCSIN_USER": "kim"], "lee"), ([], ["TOCSIN_USER": "kim", "USER": "root"], "kim"),
        ([], ["TOCSIN_USER": "", "USER": "root"], "root"), ([], [:], nil),
      ] as [([String], [String: String], String?)] {
        for command in [["rules", "delete", "r1"], ["rules", "enable", "r1"], ["rules", "apply", "-f", "-"]] {
          let result = await run(
            command + arguments + ["--url", server.url], environment: environment,
            input: Samples.rule(id: "r1", threshold: "3"))
          #expect(result.status == .done)
          #expect(server.requests.last?.headers["x-tocsin-user"] == user)
        }
      }
      for name in ["", " lee", "lee\n"] {
        let count = server.requests.count
        #expect(await run(["rules", "delete", "r1", "--user", name, "--url", server.url]).status == .usage)
        #expect(server.requests.count == count)
      }
    }
  }

  @Test func theBeginningOfAnIDIsEnough() async throws {
    let known = FakeServer.Script(answer: { request in
      switch request.line {
      case "GET /api/alerts/rules":
        .answer(200, "{\"rules\":[\(Samples.rule(id: "high_cpa")),\(Samples.rule(id: "high_ctr"))],\"count\":2}")
      case "GET /api/alerts/rules/high_cpa": .answer(200, Samples.rule(id: "high_cpa"))
      case "PUT /api/alerts/rules/high_cpa/disable":
        .answer(200, "{\"success\":true,\"enabled\":false,\"changed\":false}")
      default: .answer(404, "{\"title\":\"Not Found\"}")
      }
    })
    try await FakeServer.with(known) { server in
      let one = await run(["rules", "get", "high_cp", "--url", server.url])
      #expect(one.output.first?.hasPrefix("rule_id: high_cpa") == true, "\(one)")
      let repeated = await run(["rules", "disable", "high_cp", "--url", server.url])
      #expect(repeated == CommandRun(status: .done, output: ["already disabled  high_cpa"], errors: []))
      let several = await run(["rules", "history", "high", "--url", server.url])
      #expect(several.status == .usage)
      #expect(
        several.errors == ["tocsin: several rules have an id that begins with high:", "  high_cpa", "  high_ctr"])
      let near = await run(["rules", "get", "hihg_cpa", "--url", server.url])
      #expect(near.status == .refused)
      #expect(near.errors == ["tocsin: there is no rule hihg_cpa; did you mean high_cpa?"])
      // What cannot be undone needs the whole id.
      let delete = await run(["rules", "delete", "high_cp", "--url", server.url])
      #expect(
        delete
          == CommandRun(
            status: .refused, output: [], errors: ["tocsin: there is no rule high_cp; did you mean high_cpa?"]))
      let shown = await run(["rules", "show", "hihg_cpa", "--url", server.url])
      #expect(shown == near, "show is get")
    }
  }

  @Test(
    arguments: [
      (nil, false, CommandStatus.usage, 1), ("n", false, .refused, 1), ("y", false, .done, 3), (nil, true, .done, 3),
    ] as [(String?, Bool, CommandStatus, Int)])
  func pruneAsks(answer: String?, yes: Bool, status: CommandStatus, requests: Int) async throws {
    try await FakeServer.with(script) { server in
      var arguments = ["rules", "apply", "-f", "-", "--prune", "--url", server.url]
      if yes { arguments.append("--yes") }
      let result = await run(arguments, input: file, answers: answer)
      #expect(result.status == status)
      #expect(server.requests.count == requests)
      if status == .done { #expect(server.requests.last?.line == "DELETE /api/alerts/rules/r2") }
      if !yes { #expect(result.errors.contains { $0.contains("r2") }) }
    }
  }

  @Test func aMistypedKeyOfMetadataIsAWarning() async throws {
    let text = """
      rule_id: r1
      name: R
      alert_type: high_cpa
      severity: low
      metadata: {min_sample: 5, curency: EUR, team: growth, Description: x}
      """
    try await FakeServer.with(script) { server in
      let result = await run(["rules", "apply", "-f", "-", "--dry-run", "--url", server.url], input: text)
      #expect(result.status == .done)
      #expect(
        result.errors == [
          "tocsin: warning: standard input:1 (r1): /metadata/min_sample means nothing to Tocsin; did you mean "
            + "min_samples?",
          "tocsin: warning: standard input:1 (r1): /metadata/curency means nothing to Tocsin; did you mean currency?",
          "tocsin: warning: standard input:1 (r1): /metadata/Description means nothing to Tocsin; did you mean "
            + "description?",
        ])
    }
  }

  @Test func aWrongFileSendsNothing() async throws {
    try await FakeServer.with(script) { server in
      let result = await run(
        ["rules", "apply", "-f", "-", "/nowhere/rules.yaml", "--url", server.url], input: "rule_id: x")
      #expect(result.status == .usage)
      #expect(result.errors.contains("  standard input:1 (x): /name: name is required: what people call the rule."))
      #expect(result.errors.contains("  /nowhere/rules.yaml: cannot be read: there is no such file"))
      #expect(server.requests.isEmpty)
    }
  }

  @Test func aRefusedRuleIsNamedWithItsFields() async throws {
    let refusing = FakeServer.Script(answer: { request in
      request.method == "GET"
        ? .answer(200, "{\"rules\":[],\"count\":0}")
        : .answer(
          422,
          Samples.problem(
            422, title: "Unprocessable Content", detail: "it is too long",
            errors: "[{\"pointer\":\"/name\",\"detail\":\"too long\"}]"))
    })
    try await FakeServer.with(refusing) { server in
      let result = await run(["rules", "apply", "-f", "-", "--url", server.url], input: file)
      #expect(result.status == .refused)
      #expect(
        result.errors == ["tocsin: rule r3: Unprocessable Content: it is too long", "  /name: too long"])
      #expect(result.output == ["0 created, 0 replaced, 0 unchanged, 0 deleted"])
    }
  }

  @Test func rulesAreListedInColumns() async throws {
    try await FakeServer.with(script) { server in
      let result = await run(["rules", "list"], environment: ["TOCSIN_URL": server.url])
      #expect(
        result.output == [
          "RULE ID  TYPE       SEVERITY  CONDITION  COOLDOWN  ENABLED  NAME",
          "r1       roas_drop  high      roas < 2   30 min    yes      ROAS < 2.0x",
          "r2       roas_drop  high      roas < 2   30 min    yes      ROAS < 2.0x",
        ])
    }
  }

  @Test func exportGivesOnlyWhatIsAskedFor() async throws {
    try await FakeServer.with(script) { server in
      let result = await run(["rules", "export", "r2", "--url", server.url])
      let text = result.output.joined(separator: "\n")
      #expect(text.hasPrefix("rules:\n- rule_id: r2\n  name: ROAS < 2.0x\n"), "\(text)")
      #expect(!text.contains("created_at"))
      let unknown = await run(["rules", "export", "r9", "--url", server.url])
      #expect(unknown == CommandRun(status: .refused, output: [], errors: ["tocsin: there is no rule r9"]))
    }
  }

  @Test func oneUnknownRuleDoesNotKeepTheOthers() async throws {
    let script = FakeServer.Script(answer: { request in
      if request.method == "GET" { return .answer(200, "{\"rules\":[],\"count\":0}") }
      return request.target.contains("nope")
        ? .answer(404, "{\"title\":\"Not Found\"}") : .answer(200, "{\"success\":true}")
    })
    try await FakeServer.with(script) { server in
      let result = await run(["rules", "disable", "nope", "r1", "--url", server.url])
      #expect(
        result == CommandRun(status: .refused, output: ["disabled  r1"], errors: ["tocsin: there is no rule nope"]))
      #expect(server.requests.map(\.line).last == "PUT /api/alerts/rules/r1/disable")
    }
  }

  @Test func historyShowsWhatBecameDifferent() throws {
    let before = try JSON(parsing: Samples.rule(threshold: "2"))
    let after = try JSON(parsing: Samples.rule(threshold: "2.5", severity: "low"))
    let change = RuleChange(
      version: 3, action: "save", actor: "kim", at: Timestamp(milliseconds: 0), before: before, after: after)
    #expect(RulesHistory.difference(change) == "severity \"high\" → \"low\", threshold 2 → 2.5")
  }
}
