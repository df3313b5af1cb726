/// HTTP endpoints of anybody's. Each URL is a target of its own.
package struct WebhookSettings: Sendable, Hashable {
  /// What a request's body is.
  package enum Format: String, Sendable, Hashable, CaseIterable {
    /// The alert itself.
    case alert
    /// The alert as `data`, beside `type` and `timestamp`.
    case envelope
  }

  /// A header that goes with every request.
  package struct Header: Sendable, Hashable {
    /// A token (RFC 9110, 5.6.2).
    package var name: String
    /// Its value: often a token, so never shown.
    package var value: Secret

    /// A header.
    package init(_ name: String, _ value: Secret) {
      self.name = name
      self.value = value
    }
  }

  /// The endpoints.
  package var urls: [Secret]
  /// What they are sent beside Tocsin's own headers, which none of these replaces.
  package var headers: [Header]
  /// What requests are signed with, each giving one signature; two while one replaces the other.
  package var signingSecrets: [SigningSecret]
  /// The body's shape.
  package var format: Format
  /// What every channel can be told; `deniesPrivateAddresses` keeps requests out of one's own network.
  package var options: TargetOptions

  /// Endpoints' settings.
  package init(
    urls: [Secret], headers: [Header] = [], signingSecrets: [SigningSecret] = [], format: Format = .alert,
    options: TargetOptions = TargetOptions()
  ) {
    self.urls = urls
    self.headers = headers
    self.signingSecrets = signingSecrets
    self.format = format
    self.options = options
  }

  /// Headers that a configuration cannot set: they frame the message, or are what a signature is about.
  static let reservedHeaders: Set<String> = [
    "connection", "content-length", "expect", "host", "keep-alive", "proxy-connection", "te", "trailer",
    "transfer-encoding", "upgrade", "content-type", "webhook-id", "webhook-timestamp", "webhook-signature",
  ]

  /// What cannot work.
  var problems: [String] {
    var problems = urls.isEmpty ? ["there is no URL"] : []
    if !urls.allSatisfy(\.value.isWebURL) { problems.append("a URL is not an http or https URL") }
    for header in headers {
      if !header.name.isHeaderName {
        problems.append("a header's name is not a token")
      } else if WebhookSettings.reservedHeaders.contains(header.name.lowercased()) {
        problems.append("the header \(header.name.lowercased()) cannot be set")
      } else if header.value.value.utf8.contains(where: { $0 == 0 || $0 == 10 || $0 == 13 }) {
        problems.append("the value of the header \(header.name.lowercased()) has a line break")
      }
    }
    return problems
  }
}

extension String {
  /// Whether this is a token (RFC 9110, 5.6.2).
  var isHeaderName: Bool {
    !isEmpty
      && utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      }
  }
}
