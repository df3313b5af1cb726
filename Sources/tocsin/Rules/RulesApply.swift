import ArgumentParser
import TocsinClient
import TocsinCore
import TocsinJSON

/// `tocsin rules apply`
struct RulesApply: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Give the server the rules of files: creates and replaces whole rules.",
    discussion: """
      Examples:
        tocsin rules apply -f rules.yaml
        tocsin rules apply -f team-a.yaml team-b.json --dry-run
        tocsin rules apply -f rules.yaml --prune --yes
        generate-rules | tocsin rules apply -f -

      A file holds one rule, a list of rules, or `rules:` with a list; YAML or JSON. All files are checked before \
      anything is sent; metadata is free, but a key that looks like one of Tocsin's gets a warning. A rule that is the same on the server is left alone. What becomes different of the others is \
      shown field by field.
      Exit status: 0 done, 1 the server refused a rule, 2 a file is wrong (nothing was sent), 3 no server.
      """)

  @Option(
    name: [.customShort("f"), .customLong("file")], parsing: .upToNextOption,
    help: ArgumentHelp("The files; - is standard input.", valueName: "file"))
  var files: [String]

  @Flag(name: .long, help: "Only show what would be done.")
  var dryRun = false

  @Flag(name: .long, help: "Delete the rules that are not in the files. Asks before it does.")
  var prune = false

  @Flag(name: .long, help: "Do not ask.")
  var yes = false

  @OptionGroup var user: UserOption

  @OptionGroup var connection: ConnectionOptions

  mutating func validate() throws {
    guard !files.isEmpty else { throw ArgumentParser.ValidationError("Name at least one file with -f.") }
  }

  func run() async throws {
    let file = try RuleFile(reading: files)
    for warning in file.warnings { Console.current.complain("tocsin: warning: \(Printable.line(warning))") }
    let wanted = file.rules
    try await connection.withClient(user: try user.name()) { client in
      let plan = RulePlan(from: try await client.rules().value, to: wanted, prune: prune)
      if !dryRun { try confirm(plan) }
      var report = ApplyReport(isDryRun: dryRun, json: connection.json)
      do {
        for step in plan.steps {
          if !dryRun { try await perform(step, client) }
          report.add(step)
        }
      } catch {
        report.finish()
        throw error
      }
      report.finish()
    }
  }

  private func confirm(_ plan: RulePlan) throws {
    guard !plan.deleted.isEmpty, !yes else { return }
    let names = plan.deleted.map { Printable.line($0) }.joined(separator: ", ")
    guard let answer = Console.current.ask("Delete \(plan.deleted.count) rules (\(names))? [y/N] ") else {
      throw CommandFailure(.usage, "tocsin: nothing was done: --prune would delete \(names); confirm it with --yes")
    }
    guard ["y", "yes"].contains(answer.lowercased()) else { throw CommandFailure(.refused, "tocsin: nothing was done") }
  }

  private func perform(_ step: RulePlan.Step, _ client: TocsinClient) async throws {
    switch step {
    case .create(let rule), .replace(let rule, _):
      do {
        _ = try await client.save(rule)
      } catch {
        var error = error
        error.reason = "rule \(rule.ruleID): \(error.reason)"
        throw error
      }
    case .delete(let id):
      do {
        try await client.deleteRule(id)
      } catch {
        // Somebody else was faster: it is gone, which is what was wanted.
        guard error.code == .notFound else { throw error }
      }
    case .keep: break
    }
  }
}

/// Tells what was done, rule by rule, and sums it up.
struct ApplyReport {
  let isDryRun: Bool
  let json: Bool
  private var done: [String: [String]] = [:]
  private var differences: [(id: String, fields: [FieldDifference])] = []

  init(isDryRun: Bool, json: Bool) {
    self.isDryRun = isDryRun
    self.json = json
  }

  mutating func add(_ step: RulePlan.Step) {
    done[step.done, default: []].append(step.ruleID)
    if !step.differences.isEmpty { differences.append((step.ruleID, step.differences)) }
    guard !json else { return }
    let word = isDryRun ? step.planned : step.done
    let padding = String(repeating: " ", count: 11 - word.count)
    let console = Console.current
    console.print(word + padding + step.ruleID)
    for difference in step.differences {
      console.show(StyledLine(StyledLine.Piece(String(repeating: " ", count: 13) + difference.description)))
    }
  }

  func finish() {
    if json {
      var object = JSONObject(RulePlan.words.map { ($0, .array((done[$0] ?? []).map { .string($0) })) })
      object["differences"] = .object(
        JSONObject(
          differences.map { id, fields in
            (id, .array(fields.map { ["field": .string($0.field), "before": $0.before, "after": $0.after] }))
          }))
      object["dry_run"] = .bool(isDryRun)
      Console.current.print(JSON.object(object).text)
    } else {
      let sums = RulePlan.words.map { word in
        "\(done[word]?.count ?? 0) " + (isDryRun ? RulePlan.plannedWord(word) : word)
      }
      Console.current.print((isDryRun ? "dry run, nothing was sent: " : "") + sums.joined(separator: ", "))
    }
  }
}
