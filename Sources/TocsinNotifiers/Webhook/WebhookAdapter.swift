import CurlClient
import TocsinCore
import TocsinJSON

/// Any HTTP endpoint: the alert as JSON, signed if there is a secret.
struct WebhookAdapter: ChannelAdapter {
  let url: Secret
  let settings: WebhookSettings

  func request(for notice: Notice, templates: TemplateSet) -> OutgoingMessage {
    let body = body(for: notice)
    let id = notice.notification.delivery.id.description
    let seconds = notice.now.milliseconds / 1000
    var headers = [
      HTTPTransfer.Header("webhook-id", id), HTTPTransfer.Header("webhook-timestamp", String(seconds)),
    ]
    if !settings.signingSecrets.isEmpty {
      let signature = WebhookSignature.header(
        id: id, timestamp: seconds, body: body, secrets: settings.signingSecrets)
      headers.append(HTTPTransfer.Header("webhook-signature", signature))
    }
    var transfer = HTTPTransfer.post(url.value, body, headers: headers)
    for header in settings.headers where !WebhookSettings.reservedHeaders.contains(header.name.lowercased()) {
      transfer.headers.removeAll { $0.name.lowercased() == header.name.lowercased() }
      transfer.headers.append(HTTPTransfer.Header(header.name, header.value.value))
    }
    return .http(transfer)
  }

  func body(for notice: Notice) -> [UInt8] {
    var bytes: [UInt8] = []
    switch settings.format {
    case .alert: notice.alert.appendJSON(to: &bytes)
    case .envelope:
      bytes.append(UInt8(ascii: "{"))
      JSONWriter.append(key: "type", string: "alert.\(notice.event)", to: &bytes)
      JSONWriter.append(key: "timestamp", time: notice.eventTime, to: &bytes)
      JSONWriter.append(key: "data", to: &bytes)
      notice.alert.appendJSON(to: &bytes)
      bytes.append(UInt8(ascii: "}"))
    }
    return bytes
  }

  func outcome(of reply: Reply, now: Timestamp) -> DeliveryOutcome {
    HTTPVerdict(disablesGone: true).outcome(of: reply, now: now)
  }
}
