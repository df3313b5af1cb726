import Testing

@testable import CurlClient

/// The error that the body throws.
func failure<T>(_ body: () async throws -> T) async throws -> CurlError {
  try #require(await #expect(throws: CurlError.self) { _ = try await body() })
}

/// A client that trusts the tests' authority.
func trustingClient(_ change: (inout CurlConfiguration) -> Void = { _ in }) throws -> CurlClient {
  var configuration = CurlConfiguration()
  configuration.authoritiesFile = try Certificates.shared.get().authorityFile
  change(&configuration)
  return try CurlClient(configuration: configuration)
}

extension HTTPTransfer {
  /// A GET with a timeout that no healthy server needs, even on a busy machine.
  static func get(_ url: String, timeout: Duration = .seconds(120)) -> HTTPTransfer {
    var request = HTTPTransfer("GET", url)
    request.connectTimeout = .seconds(60)
    request.timeout = timeout
    return request
  }
}

extension MailTransfer {
  /// A mail with a timeout that no healthy server needs, even on a busy machine.
  static func sample(
    to server: MailServer, recipients: [String] = ["bob@example.org"], timeout: Duration = .seconds(120),
    message: String = "Subject: Alarm\r\n\r\nROAS fell.\r\n"
  ) -> MailTransfer {
    var mail = MailTransfer(
      server: server, sender: "tocsin@example.org", recipients: recipients, message: Array(message.utf8))
    mail.connectTimeout = .seconds(60)
    mail.timeout = timeout
    return mail
  }
}
