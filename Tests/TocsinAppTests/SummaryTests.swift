import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinApp

@Suite struct SummaryTests {
  @Test func whatCountsLineByLine() throws {
    let configuration = try read(
      """
      console_url: https://tocsin.example.org
      deliveries: {retry_cap_seconds: 90}
      receivers:
        - name: on-call
          fallback: [mail]
          fallback_after: 5m
          webhook: {urls: [https://hooks.example.org/a, https://hooks.example.org/b], secret: whsec_AAAA}
          slack: {url: https://hooks.example.org/s}
        - name: mail
          concurrency: 4
          email: {host: mail.example.org, sender: a@example.org, recipients: [b@example.org, c@example.org], password: x}
        - {name: idle, teams: {url: https://hooks.example.org/t}}
      routes:
        - match: {severity: [high, critical], campaign_id: "summer-*", tenant: default, metadata: {region: EU}}
          receivers: [on-call]
          continue: true
        - {match: {alert_type: high_cpa}, receivers: []}
        - {receivers: [on-call, mail]}
      """)
    // A target's number comes from its address.
    let lines = configuration.summary.map { $0.replacing(/-[0-9a-f]{8}/, with: "-N") }
    #expect(
      lines == [
        "receiver on-call: slack-N; webhook-N, webhook-N (alert, signed); fallback after 5m: mail; concurrency 32",
        "receiver mail: email-N (mail.example.org:587, starttls, logs in, 2 recipients); concurrency 4",
        "receiver idle: teams-N; concurrency 32; no route leads to it",
        "route 1: severity critical, high; campaign_id \"summer-*\"; tenant \"default\"; metadata \"region\" → on-call, "
          + "then the next route",
        "route 2: alert_type high_cpa → nobody", "route 3: everything → on-call, mail",
        "console_url: https://tocsin.example.org",
        "deliveries: tried again after 1s to 1m30s, given up after 2d",
      ])
  }

  @Test func theSameForPrograms() throws {
    let configuration = try read(
      """
      console_url: https://tocsin.example.org
      deliveries: {retry_cap_seconds: 90}
      receivers:
        - name: on-call
          fallback: [mail]
          fallback_after: 5m
          webhook: {url: https://hooks.example.org/hunter2, secret: whsec_AAAA}
        - name: mail
          concurrency: 4
          email: {host: mail.example.org, sender: a@example.org, recipients: [b@example.org, c@example.org], password: x}
      routes:
        - match: {severity: [high], campaign_id: "summer-*", metadata: {region: hunter2}}
          receivers: [on-call]
          continue: true
      """)
    let text = JSON.object(configuration.summaryJSON).text.replacing(/-[0-9a-f]{8}/, with: "-N")
    #expect(!text.contains("hunter2") && !text.contains("AAAA"))
    #expect(
      try JSON(parsing: Array(text.utf8)) == [
        "receivers": [
          [
            "name": "on-call",
            "channels": [["channel": "webhook", "format": "alert", "signed": true, "targets": ["webhook-N"]]],
            "fallbacks": ["mail"], "fallback_after_seconds": 300, "concurrency": 32, "is_reached": true,
          ],
          [
            "name": "mail",
            "channels": [
              [
                "channel": "email", "host": "mail.example.org", "port": 587, "security": "starttls",
                "verifies_certificate": true, "logs_in": true, "recipients": 2, "targets": ["email-N"],
              ]
            ],
            "fallbacks": [], "concurrency": 4, "is_reached": true,
          ],
        ],
        "routes": [
          [
            "conditions": ["severity": ["high"], "campaign_id": ["summer-*"], "metadata": ["region"]],
            "receivers": ["on-call"], "continues": true,
          ]
        ],
        "console_url": "https://tocsin.example.org",
        "deliveries": ["retry_base_seconds": 1, "retry_cap_seconds": 90, "give_up_after_hours": 48],
      ])
  }

  @Test func nothing() {
    #expect(ReceiverConfiguration().summary == [])
    #expect(ReceiverConfiguration().summaryJSON == ["receivers": [], "routes": []])
  }
}
