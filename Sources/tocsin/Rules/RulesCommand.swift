import ArgumentParser

/// `tocsin rules`
struct RulesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules",
    abstract: "Look at rules and change them.",
    discussion: """
      Examples:
        tocsin rules list
        tocsin rules export > rules.yaml
        tocsin rules apply -f rules.yaml --dry-run
        tocsin rules disable low_impressions
      """,
    subcommands: [
      RulesList.self, RulesGet.self, RulesApply.self, RulesDelete.self, RulesEnable.self, RulesDisable.self,
      RulesExport.self, RulesHistory.self,
    ])
}
