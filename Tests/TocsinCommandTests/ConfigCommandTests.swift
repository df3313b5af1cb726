import Foundation
import Testing
import TocsinCore
import TocsinJSON

@testable import tocsin

@Suite struct ConfigCommandTests {
  /// A secret as people have it, with what connection strings and URLs mean something by.
  private static let secrets = [
    "hunter2", "hunter2@x", "x@hunter2", "hunter2/x", "x/hunter2", "1/hunter2", "x:hunter2", "hunter2:1", "x hunter2",
    "hunter2 x", "x\thunter2", "hunter2\n", "x\nhunter2", "'hunter2'", "'hunter2", "\"hunter2\"", "\\hunter2",
    "%hunter2",
    "hunter2%", "%68hunter2", "hunter2#x", "x#hunter2", "x?hunter2", "hunter2?x=y", "x&hunter2=1", "hunter2&x",
    "a=hunter2",
    "[hunter2", "hunter2]", "{hunter2}", "hunter2,x", "\u{FEFF}hunter2", "hünter2hunter2", "x\0hunter2", "$hunter2",
  ]

  private static let databases = [
    "postgresql://u:S@127.0.0.1:1/db", "postgres://u:S@127.0.0.1:1,127.0.0.1:2/db?target_session_attrs=read-write",
    "postgresql://:S@127.0.0.1:1/db", "postgresql://u:S@127.0.0.1:1", "postgresql://u:S@[::1]:1/db",
    "postgresql://u:S@/db?host=127.0.0.1&port=1", "postgresql://127.0.0.1:1/db?user=u&password=S",
    "postgresql://127.0.0.1:1?password=S", "postgresql://u@127.0.0.1:1/db?sslpassword=S",
    "postgresql://u@127.0.0.1:1/db?passfile=/run/S&password=S", "postgresql://u@127.0.0.1:1/db?PASSWORD=S",
    "postgresql://u@127.0.0.1:1/db?options=-c%20a.b%3DS", "host=127.0.0.1 port=1 password=S",
    "host=127.0.0.1 port=1 password = 'S'", "host=127.0.0.1\tport=1\tpassword\t=\tS", "password='S more' host=h port=1",
    "host=127.0.0.1 port=1 sslpassword=S", "host=127.0.0.1 port=1 passfile='/run/S'", "password=S", "passwordS",
    "host=127.0.0.1 port=1 options='-c a.b=S'", "dbname=postgresql://u:S@127.0.0.1:1/db host=127.0.0.1 port=1",
    "postgresql:/u:S@h", "u:S@h:1/db", "mysql://u:S@h/db", "DATABASE_URL=postgresql://u:S@h", "S",
    "jdbc:postgresql://h/db?user=u&password=S", "postgresql//u:S@h/db", "POSTGRESQL://u:S@h/db",
  ]

  private static let redis = [
    "redis://:S@127.0.0.1:1/0", "redis://u:S@127.0.0.1:1/0", "redis://S@127.0.0.1:1", "rediss://u:S@h/x",
    "redis://u:S@h",
    "redis://u:S@h:1/0?x=y", "redis://h:1/0?password=S", "redis://h:S", "redis://h/S", "u:S@h:6379", "redis:/u:S@h",
    "unix://u:S@/run/x.sock", "unix://S@/run/x.sock", "http://u:S@h", "S", "redis-cli -a S -h h", "REDIS://u:S@h",
  ]

  private func expectHidden(_ arguments: [String], _ environment: [String: String], _ value: String) async {
    let result = await run(arguments, environment: environment)
    let text = (result.output + result.errors).joined(separator: "\n")
    #expect(!text.contains("hunter2"), "\(arguments) with \(value): \(text)")
  }

  @Test(arguments: secrets)
  func noSpellingOfADatabaseShowsItsPassword(secret: String) async throws {
    for template in Self.databases {
      let value = template.replacing("S", with: secret)
      await expectHidden(["config"], ["DATABASE_URL": value], value)
      await expectHidden(["config", "--json", "--database-url=\(value)"], [:], value)
      try await withFile("f.yaml", "database: {url: \(JSON.string(value).text)}") { file in
        await expectHidden(["config", "--config", file], [:], value)
      }
    }
  }

  @Test(arguments: secrets)
  func noSpellingOfRedisShowsItsPassword(secret: String) async throws {
    for template in Self.redis {
      // Then it is no secret any more: a user, or a host.
      if template.contains("//S@"), secret.contains(":") { continue }
      if template.contains("//h:S"), secret.contains("@") { continue }
      let value = template.replacing("S", with: secret)
      await expectHidden(["config"], ["REDIS_URL": value], value)
      await expectHidden(["config", "--json", "--redis-url=\(value)"], [:], value)
    }
  }

  /// Where nothing listens: libpq's own words, too.
  @Test(arguments: databases)
  func migrateShowsNoPasswordEither(template: String) async throws {
    guard template.contains("127.0.0.1") || template.contains("[::1]") else { return }
    for secret in ["hunter2", "x@hunter2", "1/hunter2", "x hunter2", "x?hunter2"] {
      let value = template.replacing("S", with: secret)
      await expectHidden(["migrate", "--dry-run"], ["DATABASE_URL": value], value)
    }
  }

  @Test(arguments: secrets)
  func noOtherSettingShowsAURLsLogIn(secret: String) async {
    for name in ["TOCSIN_HOST", "TOCSIN_PORT", "TOCSIN_REDIS_PREFIX", "TOCSIN_MIGRATIONS", "TOCSIN_LOG_LEVEL"] {
      let value = "redis://u:\(secret)@h"
      await expectHidden(["config"], [name: value], value)
    }
    for value in ["https://u:\(secret)@h/", "https://\(secret)@h", "https://h/?token=\(secret)", "\(secret)"] {
      await expectHidden(["config"], ["TOCSIN_CONSOLE_URL": value], value)
    }
  }

  @Test func whatCountsIsShown() async {
    let environment = [
      "DATABASE_URL": "postgresql://ann:hunter2@db1:5432,db2:5433/tocsin?sslmode=require&sslpassword=hunter2",
      "REDIS_URL": "rediss://ann:hunter2@redis:6380/2",
    ]
    let result = await run(["config"], environment: environment)
    #expect(result.status == .done)
    #expect(result.errors == [])
    let lines = Set(result.output.map { $0.replacing(#/\s{2,}/#, with: "  ") })
    for line in [
      "redis.url  rediss://ann:***@redis:6380/2  (REDIS_URL)",
      "database.url  user=ann password=*** dbname=tocsin host=db1,db2 port=5432,5433 sslmode=require  (DATABASE_URL)",
      "migrations  found beside the program  (default)", "node.name  the host's name  (default)",
      "port  8000  (default)",
    ] { #expect(lines.contains(line), "\(line)") }
    let json = await run(["config", "--json"], environment: environment)
    let object = try? JSON(parsing: json.output.joined()).object
    #expect(object?["migrations"] == ["value": nil, "source": "default"])
    #expect(object?["port"] == ["value": "8000", "source": "default"])
  }

  @Test func everythingThatIsWrongIsSaidAtOnce() async throws {
    let text =
      "templates: {email.subject: t.mustache}\nreceivers: [{name: a, email: {host: h, sender: a@example.org, "
      + "recipients: b@example.org}}]"
    let result = try await withFile("f.yaml", text) { file in
      let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
      try Data("{{#a}}".utf8).write(to: folder.appendingPathComponent("t.mustache"))
      return await run(
        ["config", "--config", file],
        environment: ["TOCSIN_PORT": "80x", "TOCSIN_LOGLEVEL": "x", "TOCSIN_THREADS": "-1"])
    }
    #expect(result.status == .usage)
    #expect(result.output.contains { $0.hasPrefix("receiver a: ") })
    let errors = result.errors.joined(separator: "\n").split(separator: "\n").map(String.init)
    #expect(errors.count == 5)
    #expect(errors.first?.hasPrefix("tocsin: warning: TOCSIN_LOGLEVEL is ignored") == true)
    #expect(errors[1] == "tocsin: 3 things have to be changed:")
    #expect(errors[2] == "  TOCSIN_PORT: \"80x\" is not a whole number from 0 to 65535")
    #expect(errors[4].contains("t.mustache: the template email.subject cannot be used: "))
  }

  @Test func aServiceOfKubernetesStopsNothing() async {
    let environment = ["TOCSIN_PORT": "tcp://10.96.0.7:8000", "TOCSIN_SERVICE_HOST": "10.96.0.7"]
    let result = await run(["config"], environment: environment)
    #expect(result.status == .done)
    #expect(result.errors.count == 1)
    #expect(result.errors[0].hasPrefix("tocsin: warning: TOCSIN_PORT is ignored: Kubernetes"))
    let migrate = await run(
      ["migrate"], environment: ["TOCSIN_PORT": "80x", "DATABASE_URL": "postgresql://tocsin@127.0.0.1:1/tocsin"])
    #expect(migrate.status == .unreachable)
  }
}
