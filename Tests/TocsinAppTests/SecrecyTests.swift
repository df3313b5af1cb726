import Testing

@testable import TocsinApp

@Suite struct SecrecyTests {
  /// Every place at which somebody may write a secret, rightly or not.
  @Test(arguments: [
    "slack: hunter2",
    "slack: [hunter2]",
    "slack: {hunter2 x}",
    "slack: {url: hunter2}",
    "slack: {url: '${A}'}",
    "slack: {url_file: hunter2}",
    "slack: {url_file: secret}",
    "slack: {url: hunter2, url_file: hunter2}",
    "slack: {url: https://hooks.example.org, channel: [hunter2]}",
    "slack: {url: https://hooks.example.org, timeout: hunter2}",
    "slack: {url: https://hooks.example.org, 'https://hunter2': }",
    "slack: {url: *hunter2}",
    "slack: {url: !hunter2}",
    "slack: {url: @hunter2}",
    "slack: {url: 'hunter2}",
    "slack: {url: https://x/hunter2: a: b}",
    "hunter2 x: {}",
    "webhook: {urls: hunter2}",
    "webhook: {urls_file: secret}",
    "webhook: {url: https://h.example.org, secret: hunter2!}",
    "webhook: {url: https://h.example.org, headers: [hunter2]}",
    "webhook: {url: https://h.example.org, headers: hunter2}",
    "webhook: {url: https://h.example.org, headers: {'Bearer hunter2': }}",
    "webhook: {url: https://h.example.org, headers: {'Bearer hunter2': x}}",
    "webhook: {url: https://h.example.org, headers: {A: \"hunter2\\nb\"}}",
    "webhook: {url: https://h.example.org, headers_file: {A: hunter2}}",
    "webhook: {url: https://h.example.org, format: hunter2}",
    "email: {host: hunter2/, sender: a@example.org, recipients: b@example.org}",
    "email: {host: h, sender: hunter2, recipients: hunter2, port: hunter2, security: hunter2, password: [hunter2]}",
    "telegram: {token: hunter2/, chat_id: 5}",
    "telegram: {token: t, chat_id: [hunter2]}",
    "pagerduty: {routing_key: hunter2 x}",
    "opsgenie: {api_key: hunter2 x}",
    "opsgenie: {api_key: k, api_url: hunter2}",
    "fallback: hunter2",
    "concurrency: hunter2",
    "fallback: [a]\n    fallback_after: hunter2",
  ])
  func errorsShowNoSecret(line: String) throws {
    let files = ["secret": "hunter2\n"]
    let found = try problems("receivers:\n  - name: a\n    \(line)\n", environment: ["A": "hunter2"], files: files)
    #expect(!found.isEmpty)
    #expect(!found.joined().contains("hunter2"), "\(found)")
  }

  @Test func neitherSummaryNorDescriptionShowsOne() throws {
    let configuration = try read(
      """
      console_url: https://user:hunter2@tocsin.example.org
      receivers:
        - name: a
          slack: {url: https://hooks.example.org/hunter2}
          webhook: {url: https://hooks.example.org/hunter2, headers: {A: hunter2}, secret: hunter20}
          email: {host: h, sender: s@example.org, recipients: r@example.org, password: hunter2}
          telegram: {token: hunter2, chat_id: 5}
          pagerduty: {routing_key: hunter2}
          opsgenie: {api_key_file: secret}
      """, files: ["secret": "hunter2\n"])
    #expect(!configuration.summary.joined().contains("hunter2"), "\(configuration.summary)")
    #expect(!"\(configuration.receivers)".contains("hunter2"))
    var text = ""
    dump(configuration.receivers, to: &text)
    #expect(!text.contains("hunter2"))
  }
}
