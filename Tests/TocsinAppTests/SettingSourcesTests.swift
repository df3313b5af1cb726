import Testing

@testable import TocsinApp

@Suite struct SettingSourcesTests {
  private func sources(
    _ text: String, name: String = "f.yaml", flags: [String: String] = [:], environment: [String: String] = [:]
  ) async throws -> SettingSources {
    let folder = try Folder([name: text])
    return try await SettingSources(flags: flags, environment: environment, file: folder[name])
  }

  @Test func receiversStandBesideSettings() async throws {
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
    let sources = try await sources(text)
    #expect(sources.value(of: .port).text == "8001")
    #expect(sources.value(of: .redisURL).text == "redis://127.0.0.1:1/0")
    #expect(sources.value(of: .accessLog).text == "true")
    #expect(sources.value(of: .databaseURL).source == "default")
    #expect(sources.path?.hasSuffix("/f.yaml") == true)
  }

  @Test func flagsThenEnvironmentThenFileThenDefault() async throws {
    let text = "{\"port\": 1, \"host\": \"b\", \"threads\": 4}"
    let sources = try await sources(
      text, name: "f.json", flags: ["port": "3"], environment: ["TOCSIN_PORT": "2", "TOCSIN_HOST": "a"])
    #expect(sources.value(of: .port) == SettingSources.Value(text: "3", source: "flag"))
    #expect(sources.value(of: .host) == SettingSources.Value(text: "a", source: "TOCSIN_HOST"))
    #expect(sources.value(of: .threads).text == "4")
    #expect(sources.value(of: .drainSeconds) == SettingSources.Value(text: "20", source: "default"))
  }

  @Test func everythingThatIsNoSettingIsNamed() async throws {
    let text = "recievers: []\nredis: {uri: x}\nport: [1]\nroutes: []"
    let error = await #expect(throws: ConfigurationError.self) { _ = try await sources(text) }
    #expect(
      error?.problems == [
        "recievers: there is no such setting; `tocsin config` lists them",
        "redis.uri: there is no such setting; `tocsin config` lists them",
        "port: must be a single value, not a list",
      ])
  }

  @Test func filesThatCannotBeRead() async throws {
    let folder = try Folder()
    let missing = folder["none.yaml"]
    let error = await #expect(throws: ConfigurationError.self) {
      _ = try await SettingSources(flags: [:], environment: [:], file: missing)
    }
    #expect(error?.description == "\(missing): it cannot be read: No such file or directory")
    let list = await #expect(throws: ConfigurationError.self) { _ = try await sources("- a") }
    #expect(list?.problems == ["the file must hold a mapping of settings"])
    let text = await #expect(throws: ConfigurationError.self) { _ = try await sources("password: *hunter2") }
    #expect(text?.description.contains("hunter2") == false)
  }
}
