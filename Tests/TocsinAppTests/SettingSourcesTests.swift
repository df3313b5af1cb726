import Testing

@testable import TocsinApp

@Suite struct SettingSourcesTests {
  private func sources(
    _ text: String, name: String = "f.yaml", flags: [String: String] = [:], environment: [String: String] = [:]
  ) throws -> SettingSources {
    let folder = try Folder([name: text])
    return SettingSources(flags: flags, environment: environment, file: ConfigurationFile(reading: folder[name]))
  }

  @Test func receiversStandBesideSettings() throws {
    let text = """
      port: 8001
      redis: {url: "redis://127.0.0.1:1/0"}
      log.access: true
      database:
      receivers:
        - name: a
          slack: {url: https://hooks.example.org/a}
      routes: [{receivers: [a]}]
      console_url: https://tocsin.example.org
      templates: x
      deliveries: {retry_base_seconds: 2}
      """
    let sources = try sources(text)
    #expect(sources.problems == [])
    #expect(sources.value(of: .port).text == "8001")
    #expect(sources.value(of: .redisURL).text == "redis://127.0.0.1:1/0")
    #expect(sources.value(of: .accessLog).text == "true")
    #expect(sources.value(of: .databaseURL).source == "default")
    #expect(sources.path?.hasSuffix("/f.yaml") == true)
  }

  @Test func flagsThenEnvironmentThenFileThenDefault() throws {
    let text = "{\"port\": 1, \"host\": \"b\", \"threads\": 4}"
    let sources = try sources(
      text, name: "f.json", flags: ["port": "3"], environment: ["TOCSIN_PORT": "2", "TOCSIN_HOST": "a"])
    #expect(sources.value(of: .port) == SettingSources.Value(text: "3", source: "flag"))
    #expect(sources.value(of: .host) == SettingSources.Value(text: "a", source: "TOCSIN_HOST"))
    #expect(sources.value(of: .threads).text == "4")
    #expect(sources.value(of: .drainSeconds) == SettingSources.Value(text: "20", source: "default"))
  }

  @Test func everythingThatIsNoSettingIsNamedWithTheNearest() throws {
    let text = "recievers: []\nredis: {uri: x, prefixx: a}\nport: [1]\nroutes: []\ndatabse.url: x\nzzz: 1\nhost: {a: 1}"
    #expect(
      try sources(text).problems == [
        "recievers: there is no such setting; did you mean receivers?",
        "redis.uri: there is no such setting; did you mean redis.url?",
        "redis.prefixx: there is no such setting; did you mean redis.prefix?",
        "port: must be a single value, not a list",
        "databse.url: there is no such setting; did you mean database.url?",
        "zzz: there is no such setting; `tocsin config` lists them", "host: must be a single value, not a mapping",
      ])
  }

  @Test func filesThatCannotBeRead() throws {
    let folder = try Folder()
    let file = ConfigurationFile(reading: folder["none.yaml"])
    let missing = SettingSources(flags: [:], environment: [:], file: file)
    #expect(missing.problems == ["it cannot be read: No such file or directory"])
    #expect(try sources("- a").problems == ["the file must hold a mapping of settings"])
    #expect(try sources("password: *hunter2").problems.joined().contains("hunter2") == false)
  }

  @Test func anEmptyVariableIsNone() throws {
    let sources = try sources("port: 1", environment: ["TOCSIN_PORT": " \n", "TOCSIN_HOST": ""])
    #expect(sources.value(of: .port).text == "1")
    #expect(sources.value(of: .host).text == "127.0.0.1")
  }

  @Test func nothingOfItIsShown() throws {
    let sources = try sources(
      "redis.url: redis://:hunter2@h", flags: ["database.url": "password=hunter2"],
      environment: ["DATABASE_URL": "password=hunter2"])
    var text = "\(sources) \(sources.value(of: .redisURL)) \(sources.value(of: .databaseURL))"
    dump(sources, to: &text)
    dump(sources.value(of: .redisURL), to: &text)
    #expect(!text.contains("hunter2"))
  }
}
