import RedisClient
import Testing
import TocsinCore

@testable import TocsinApp

@Suite struct NodeConfigurationTests {
  private func problems(
    environment: [String: String] = [:], flags: [String: String] = [:], file: String? = nil
  ) throws -> [String] {
    let folder = try Folder(file.map { ["f.yaml": $0] } ?? [:])
    let load = ConfigurationLoad(flags: flags, environment: environment, path: file == nil ? nil : folder["f.yaml"])
    return load.problems.map { $0.replacing(folder.path + "/", with: "") }
  }

  private func configuration(_ environment: [String: String]) throws -> NodeConfiguration {
    try ConfigurationLoad(flags: [:], environment: environment, path: nil).node.get()
  }

  @Test func everythingIsSaidAtOnce() throws {
    let text = """
      prot: 1
      threads: 1.5
      receivers: [{name: a, slack: {}}]
      """
    let environment = [
      "TOCSIN_PORT": "80x", "REDIS_URL": "nonsense", "DATABASE_URL": "nonsense", "TOCSIN_LOG_LEVEL": "loud",
      "ALERT_SLACK_ENABLED": "maybe", "TOCSIN_DRAIN_SECONDS": "99999999999999999999",
    ]
    #expect(
      try problems(environment: environment, flags: ["redis.connections": "0"], file: text) == [
        "f.yaml: prot: there is no such setting; did you mean port?",
        "f.yaml: receivers[0].slack.url: is missing: the URL of the incoming webhook; or set url_file",
        "ALERT_SLACK_ENABLED: must be true or false (or yes, no, on, off, 1, 0)",
        "TOCSIN_PORT: \"80x\" is not a whole number from 0 to 65535",
        "REDIS_URL: not a URL of a Redis server: it has no scheme",
        "--redis-connections: \"0\" is not a whole number from 1 to 64",
        "DATABASE_URL: not a connection string: expected postgresql://user@host/database or libpq's key=value pairs",
        "f.yaml: threads: \"1.5\" is not a whole number from 0 to 1024",
        "TOCSIN_DRAIN_SECONDS: \"99999999999999999999\" is not a whole number from 0 to 3600",
        "TOCSIN_LOG_LEVEL: \"loud\" is not one of trace, debug, info, notice, warning, error, critical",
      ])
  }

  @Test func whatIsAroundAValueIsNotPartOfIt() throws {
    let configuration = try configuration([
      "TOCSIN_HOST": " 0.0.0.0\n", "TOCSIN_PORT": "8.0e+03\n", "REDIS_URL": "\u{FEFF}redis://:pw@h:1/0\r\n",
      "DATABASE_URL": "postgresql://u:pw@h/db\n", "TOCSIN_REDIS_PREFIX": "{a}\n", "TOCSIN_LOG_ACCESS": " On ",
      "TOCSIN_NODE_NAME": "n1\n", "TOCSIN_THREADS": "02",
    ])
    #expect(configuration.host == "0.0.0.0")
    #expect(configuration.port == 8000)
    #expect(configuration.redis.password == "pw")
    #expect(configuration.redis.host == "h")
    #expect("\(configuration.database)" == "user=u password=*** dbname=db host=h")
    #expect(configuration.redisPrefix == "{a}")
    #expect(configuration.accessLog)
    #expect(configuration.nodeName == "n1")
    #expect(configuration.threads == 2)
  }

  @Test(arguments: [
    "TOCSIN_HOST", "TOCSIN_PORT", "REDIS_URL", "DATABASE_URL", "TOCSIN_REDIS_PREFIX", "TOCSIN_LOG_LEVEL",
    "TOCSIN_LOG_ACCESS", "TOCSIN_NODE_NAME", "TOCSIN_MIGRATIONS", "TOCSIN_CA_FILE", "TOCSIN_CONSOLE_URL",
    "TOCSIN_TEMPLATES",
  ])
  func quotesAreNamed(variable: String) throws {
    for value in ["\"x\"", "'x'\n", "\u{201C}x\u{201D}", "\u{201E}x\u{201C}"] {
      #expect(
        try problems(environment: [variable: value])
          == ["\(variable): has quotes around it, which are part of the value: leave them out"])
    }
    #expect(
      try problems(environment: [variable: "a\tb"])
        == ["\(variable): has a control character (a line break, a tab, …) inside"])
  }

  @Test(arguments: [
    (["TOCSIN_HOST": "\u{201C}0.0.0.0"], "TOCSIN_HOST: the host name has a quotation mark in it"),
    (["TOCSIN_HOST": "0.0.0.0:8000"], "TOCSIN_HOST: the host name has a colon in it and is no IPv6 address"),
    (["TOCSIN_HOST": "a b"], "TOCSIN_HOST: the host name has white space in it"),
    (
      ["REDIS_URL": "redis://\u{201C}redis\u{201D}:6379/0"],
      "REDIS_URL: not a URL of a Redis server: its host name has a quotation mark in it"
    ),
    (
      ["DATABASE_URL": "postgresql://db-/tocsin"],
      "DATABASE_URL: the connection string's host has a hyphen beside a dot, or at its end; a password's @, / and : have "
        + "to be written as %40, %2F and %3A"
    ),
    (
      ["DATABASE_URL": "postgresql://db/tocsin?sslmode=wrong"],
      "DATABASE_URL: the connection string's sslmode must be disable, allow, prefer, require, verify-ca or verify-full"
    ),
    (
      ["TOCSIN_CONSOLE_URL": "https://a b"],
      "TOCSIN_CONSOLE_URL: must be a URL that begins with https:// or http://, without spaces"
    ),
    (
      ["TOCSIN_CONSOLE_URL": "https://tocsin..example.org"],
      "TOCSIN_CONSOLE_URL: must be a URL of a host: its name has nothing between two dots, or begins with a dot"
    ),
    (
      ["TOCSIN_CONFIG": "\"tocsin.yaml\""],
      "TOCSIN_CONFIG: has quotes around it, which are part of the value: leave them out"
    ),
  ])
  func whatCannotBeUsedIsNamed(environment: [String: String], problem: String) throws {
    #expect(try problems(environment: environment) == [problem])
  }

  @Test(arguments: ["underscores_are_names", "db.internal", "10.0.0.7", "[fe80::1]"])
  func hostsOfContainersAreTaken(host: String) throws {
    let read = try configuration(["REDIS_URL": "redis://\(host):1/0", "DATABASE_URL": "postgresql://\(host)/db"])
    #expect(read.redis.host == host.filter { $0 != "[" && $0 != "]" })
  }

  @Test(arguments: ["{tocsin}", "tocsin", "a:{b}:c", "{a}", String(repeating: "a", count: 64), "staging/{tocsin}"])
  func prefixes(text: String) throws {
    #expect(try configuration(["TOCSIN_REDIS_PREFIX": text]).redisPrefix == text)
  }

  @Test(arguments: [
    "{to csin}", "{}", "{a", "a}", "}a{", "{a}{b}", "{{a}}", "{a}}", "\"{a}", "{a}'", "{ä}", "{a}*", "{a}?", "a,b",
    "[a]",
    "\\a", String(repeating: "a", count: 65), "{a\u{200B}}",
  ])
  func whatIsNoPrefix(text: String) throws {
    let found = try problems(environment: ["TOCSIN_REDIS_PREFIX": text])
    #expect(found.count == 1)
    #expect(found[0].hasPrefix("TOCSIN_REDIS_PREFIX: must "))
  }

  @Test(arguments: [
    ("port: 8.0e+03", []), ("port: '8000'", []), ("port: 8_000", []), ("log.access: on", []),
    ("port: 0800", ["f.yaml: port: \"0800\" is not a whole number from 0 to 65535"]),
    ("port: 1e999999999", ["f.yaml: port: \"1e999999999\" is not a whole number from 0 to 65535"]),
    (
      "node.name: 0123",
      ["f.yaml: node.name: YAML takes it for a number, a truth value or a date, and may change it: quote it"]
    ),
    (
      "node: {name: 2026-01-01}",
      ["f.yaml: node.name: YAML takes it for a number, a truth value or a date, and may change it: quote it"]
    ),
    ("node.name: '0123'", []), ("node.name: 12", []),
  ])
  func whatYAMLMakesOfScalars(text: String, expected: [String]) throws {
    #expect(try problems(file: text) == expected)
  }

  @Test func aCommandForTheDatabaseMindsNothingElse() throws {
    let environment = [
      "TOCSIN_PORT": "80x", "REDIS_URL": "x", "TOCSIN_DRAIN_SECONDS": "-1", "ALERT_SLACK_ENABLED": "?",
    ]
    let load = ConfigurationLoad(flags: [:], environment: environment, path: nil)
    let database = try DatabaseSettings(load.sources).database
    #expect("\(database)" == "dbname=tocsin host=127.0.0.1 port=5432")
    let bad = ConfigurationLoad(flags: ["database.url": "x"], environment: environment, path: nil)
    let error = #expect(throws: ConfigurationError.self) { try DatabaseSettings(bad.sources) }
    #expect(error?.problems.map { $0.prefix(15) } == ["--database-url:"])
  }
}
