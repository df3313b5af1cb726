import Foundation
import Testing

@testable import CurlClient

@Suite(.timeLimit(.minutes(10))) struct AuthorityTests {
  private func client(system: Certificates, own: String?) throws -> CurlClient {
    var configuration = CurlConfiguration()
    configuration.systemAuthoritiesFile = system.authorityFile
    configuration.authoritiesFile = own
    return try CurlClient(configuration: configuration)
  }

  /// A private relay's authority must not take the place of those of public hosts.
  @Test func onesOwnIsTrustedBesideTheSystems() async throws {
    let (known, own) = (try Certificates.other.get(), try Certificates.shared.get())
    let both = try client(system: known, own: own.authorityFile)
    let systems = try client(system: known, own: nil)
    try await WebServer.with(.tls, certificates: known) { publicHost in
      for client in [both, systems] {
        let status = try await client.send(.get(publicHost.url("/status/200"))).status
        #expect(status == 200)
      }
    }
    try await WebServer.with(.tls, certificates: own) { privateHost in
      let status = try await both.send(.get(privateHost.url("/status/200"))).status
      #expect(status == 200)
      let error = try await failure { try await systems.send(.get(privateHost.url("/status/200"))) }
      #expect(error.code == .untrusted)
    }
    try await MailPost.with(.init(encryption: .startTLS)) { post in
      let response = try await both.send(.sample(to: post.server(.startTLS)))
      #expect(response.reply.code == 250)
    }
  }

  @Test func aFileThatChangesIsReadAgain() async throws {
    let (known, own) = (try Certificates.other.get(), try Certificates.shared.get())
    let file = FileManager.default.temporaryDirectory.appending(path: "ca-\(UUID().uuidString).pem").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    try FileManager.default.copyItem(atPath: known.authorityFile, toPath: file)
    let client = try client(system: known, own: file)
    try await WebServer.with(.tls, certificates: own) { server in
      let error = try await failure { try await client.send(.get(server.url("/status/200"))) }
      #expect(error.code == .untrusted)
      try String(contentsOfFile: own.authorityFile, encoding: .utf8)
        .write(toFile: file, atomically: true, encoding: .utf8)
      let status = try await client.send(.get(server.url("/status/200"))).status
      #expect(status == 200)
    }
  }

  @Test func withoutOnesOwnLibcurlIsLeftToItsDefault() {
    var configuration = CurlConfiguration()
    if ProcessInfo.processInfo.environment["SSL_CERT_FILE"] == nil {
      #expect(Authorities(configuration).source == .standard)
    }
    configuration.systemAuthoritiesFile = "/some/file.pem"
    #expect(Authorities(configuration).source == .file("/some/file.pem"))
    configuration.authoritiesFile = "/nowhere.pem"
    #expect(Authorities(configuration).source == .file("/nowhere.pem"))
  }
}
