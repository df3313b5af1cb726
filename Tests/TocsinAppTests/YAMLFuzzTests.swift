import Fuzzing
import Testing

@testable import TocsinApp

@Suite("Configuration files of somebody in a hurry")
struct YAMLFuzzTests {
  private static let corpus = [
    """
    receivers:
      - name: team
        slack: {url: "https://hooks.example.org/1", channel: "#alerts", timeout: 10s}
        telegram: {token: t, chat_id: -1.001234567890e+12}
        webhook: {urls: [https://example.org/hook], headers: {A: b}, secrets: [s]}
        fallback: []
        fallback_after: 5m
        concurrency: 4
      - name: mail
        email: {host: smtp.example.org, port: 8.0e+03, from: a@example.org, to: ["Doe <b@example.org>"], timeout: 1h30m}
    routes:
      - match: {severity: [critical, high], campaign_id: "summer-*"}
        receivers: [team]
        continue: true
      - receivers: [mail]
    retry: {base: 1s, cap: 999999999d, patience: 48h}
    """,
    "a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\nd: [*c, *c]\n",
    "base: &base {<<: {timeout: 1s}, x: 1}\nreceivers:\n  - <<: *base\n    name: a\n    <<: [*base, *base]\n",
    "port: 0x1f90\nlog: {level: info}\nreceivers: []\n? [complex, key]\n: |2\n   text\n", "{\"receivers\": [{}]}",
  ]
  private static let words = [
    "*a", "&a ", "<<: *a", "[*a, *a, *a, *a, *a, *a, *a, *a, *a]", "\n", "\n  ", "- ", ": ", "? ", "!!str ", "!x ",
    "999999999d", "9223372036854775807", "-1", "~", "\"", "'", "|\n", ">-\n", "{", "}", "[", "]", "#", "---\n", "...\n",
    "%YAML 1.1\n", "\u{FEFF}", "\t", "\u{E000}", "${HOME}", "1e400", ".inf", "0777", "12:30:45", "2026-01-01", "on",
    "timeout: ", "receivers:\n", "name: ",
  ]

  @Test("Any text is a bounded document, or refused in a sentence")
  func documents() throws {
    try Fuzzer("yaml", corpus: Self.corpus, dictionary: Self.words, iterations: 4_000).run { input, _ in
      let text = String(decoding: input, as: UTF8.self)
      guard let documents = try? YAML.documents(text, limits: .configuration) else { return }
      try #require(documents.allSatisfy { $0.weight <= YAML.Limits.configuration.nodes })
      try #require(documents.allSatisfy { $0.height <= YAML.Limits.configuration.depth })
    }
  }

  /// Nine aliases on each of so many levels: changed ones among them are still bombs.
  @Test("Aliases of aliases are never more than the limit")
  func bombs() throws {
    let levels = (1...12).map { level in
      let aliases = [String](repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      return "a\(level): &a\(level) [\(aliases)]"
    }
    let bomb = "a0: &a0 x\n" + levels.joined(separator: "\n")
    try Fuzzer("bomb", corpus: [bomb], dictionary: Self.words, iterations: 500).run { input, _ in
      let text = String(decoding: input, as: UTF8.self)
      guard let documents = try? YAML.documents(text, limits: .configuration) else { return }
      try #require(documents.reduce(0) { $0 + $1.weight } <= YAML.Limits.configuration.nodes)
    }
  }

  @Test("Any text is a configuration, or refused with sentences that show no secret")
  func configurations() throws {
    let secret = "s3cr3t-of-the-environment"
    let folder = try Folder()
    try Fuzzer("configuration", corpus: Self.corpus, dictionary: Self.words + ["${SECRET}"], iterations: 1_500).run {
      input, _ in
      try folder.write("tocsin.yaml", String(decoding: input, as: UTF8.self))
      do {
        let configuration = try ReceiverConfiguration(file: folder["tocsin.yaml"], environment: ["SECRET": secret])
        try #require(!"\(configuration.summary)".contains(secret))
      } catch let error as ConfigurationError {
        try #require(!error.problems.isEmpty)
        try #require(!"\(error)".contains(secret))
      }
    }
  }
}
