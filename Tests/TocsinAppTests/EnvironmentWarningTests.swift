import Testing

@testable import TocsinApp

@Suite struct EnvironmentWarningTests {
  private func load(_ environment: [String: String], file: String? = nil) throws -> ConfigurationLoad {
    let folder = try Folder(file.map { ["f.yaml": $0] } ?? [:])
    return ConfigurationLoad(flags: [:], environment: environment, path: file == nil ? nil : folder["f.yaml"])
  }

  /// What a Service called tocsin, and others whose names begin so, put into every pod.
  private let ofKubernetes = [
    "TOCSIN_PORT": "tcp://10.96.0.7:8000", "TOCSIN_SERVICE_HOST": "10.96.0.7", "TOCSIN_SERVICE_PORT": "8000",
    "TOCSIN_SERVICE_PORT_HTTP": "8000", "TOCSIN_PORT_8000_TCP": "tcp://10.96.0.7:8000",
    "TOCSIN_PORT_8000_TCP_PROTO": "tcp", "TOCSIN_PORT_8000_TCP_PORT": "8000", "TOCSIN_PORT_8000_TCP_ADDR": "10.96.0.7",
    "TOCSIN_REDIS_PORT": "tcp://10.96.0.8:6379", "TOCSIN_REDIS_SERVICE_HOST": "10.96.0.8",
    "TOCSIN_DNS_PORT_53_UDP_ADDR": "10.96.0.8", "ALERT_RELAY_SERVICE_HOST": "10.96.0.9",
    "KUBERNETES_PORT": "tcp://10.96.0.1:443",
  ]

  @Test func variablesOfKubernetesAreIgnoredWithOneWarning() throws {
    let load = try load(ofKubernetes)
    #expect(load.problems == [])
    #expect(try load.node.get().port == 8000)
    #expect(
      load.warnings.map(\.description) == [
        "TOCSIN_PORT is ignored: Kubernetes sets it for a Service of that name; enableServiceLinks: false in the pod "
          + "prevents it"
      ])
    let withFile = try self.load(ofKubernetes, file: "port: 9000")
    #expect(try withFile.node.get().port == 9000)
  }

  @Test(arguments: ["80x", "tcp://", "http://10.96.0.7:8000", "tcp://user@h:1", "8000 tcp://h:1"])
  func anythingElseIsStillRefused(text: String) throws {
    let load = try load(["TOCSIN_PORT": text])
    #expect(load.warnings == [])
    #expect(load.problems.count == 1)
  }

  @Test func mistypedNamesAreTold() throws {
    let environment = [
      "TOCSIN_LOGLEVEL": "debug", "TOCSIN_REDIS_PREFFIX": "x", "ALERT_EMAIL_RECIPIENT": "x", "ALERT_MANAGER": "y",
      "TOCSIN_EMPTY": "", "OTHER": "z", "TOCSIN_TEST_CHECKS": "5", "TOCSIN_BINARY": "x", "TOCSIN_URL": "x",
      "TOCSIN_CONSOLE_URL": "https://tocsin.example.org", "REDIS_PREFIX": "x",
    ]
    #expect(
      try load(environment).warnings.map(\.description) == [
        "ALERT_EMAIL_RECIPIENT is ignored: there is no such variable; did you mean ALERT_EMAIL_RECIPIENTS?",
        "ALERT_MANAGER is ignored: there is no such variable",
        "TOCSIN_LOGLEVEL is ignored: there is no such variable; did you mean TOCSIN_LOG_LEVEL?",
        "TOCSIN_REDIS_PREFFIX is ignored: there is no such variable; did you mean TOCSIN_REDIS_PREFIX?",
      ])
  }

  @Test func variablesThatTheFileUsesAreNotUnknown() throws {
    let file = "receivers: [{name: a, slack: {url: \"https://hooks.example.org/${ALERT_TOKEN}\"}}]"
    #expect(
      try load(["ALERT_TOKEN": "x", "ALERT_TOKENS": "y"], file: file).warnings.map(\.variable) == ["ALERT_TOKENS"])
  }

  @Test func aChannelThatNobodySwitchedOnIsTold() throws {
    let mail = ["ALERT_EMAIL_SMTP_HOST": "mail.example.org"]
    #expect(
      try load(mail).warnings.map(\.description) == [
        "ALERT_EMAIL_SMTP_HOST is ignored, since ALERT_EMAIL_ENABLED is not set: set it to true, or to false if that is "
          + "right"
      ])
    #expect(try load(mail.merging(["ALERT_EMAIL_ENABLED": "false"]) { $1 }).warnings == [])
  }

  @Test func noWarningShowsAValue() throws {
    let load = try load(["TOCSIN_PASWORD": "hunter2", "ALERT_SLACK_WEBHOK_URL": "https://hooks.example.org/hunter2"])
    #expect(load.warnings.count == 2)
    #expect(!"\(load.warnings)".contains("hunter2"))
  }
}
