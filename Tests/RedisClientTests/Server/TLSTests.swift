import Foundation
import LocalServers
import RedisClient
import Testing

@Suite(.timeLimit(.minutes(10))) struct TLSTests {
  private let redis: LocalRedis
  private let certificate: String
  private let port: Int

  init() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "redis-tls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    certificate = folder.appending(path: "cert.pem").path
    let key = folder.appending(path: "key.pem").path
    let openssl = Process()
    openssl.executableURL = URL(filePath: "/usr/bin/openssl")
    openssl.arguments = [
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
      "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
      "-keyout", key, "-out", certificate,
    ]
    openssl.standardError = FileHandle.nullDevice
    try openssl.run()
    openssl.waitUntilExit()
    try #require(openssl.terminationStatus == 0)
    port = try ServerProcess.freePort()
    redis = try LocalRedis.start(options: [
      "--tls-port", "\(port)", "--tls-cert-file", certificate, "--tls-key-file", key, "--tls-auth-clients", "no",
      "--requirepass", "secret",
    ])
  }

  private func configuration(_ host: String) throws -> RedisConfiguration {
    var configuration = try RedisConfiguration(url: "rediss://:secret@\(host):\(port)")
    configuration.connectTimeout = .seconds(20)
    configuration.commandTimeout = .seconds(20)
    return configuration
  }

  @Test(arguments: ["localhost", "127.0.0.1"])
  func aTrustedCertificateOfTheRightName(host: String) async throws {
    var configuration = try configuration(host)
    configuration.tls?.authoritiesFile = certificate
    try await withClient(configuration) { client in
      let large = String(repeating: "x", count: 500_000)
      let reply = try await client.send(["ECHO", RedisArgument(large)])
      #expect(reply.string == large)
    }
  }

  @Test func anUnknownAuthorityIsRefused() async throws {
    try await withClient(configuration("localhost")) { client in
      let error = await failure { () throws(RedisError) in _ = try await client.send(["PING"]) }
      #expect(error?.code == .notConnected)
      #expect(error?.message.contains("CERTIFICATE_VERIFY_FAILED") == true)
    }
  }

  @Test func aMissingFileIsSaidAtOnce() async throws {
    var configuration = try configuration("localhost")
    configuration.tls?.authoritiesFile = "/nowhere/ca.pem"
    await #expect(throws: RedisError.self) { try await withClient(configuration) { try await $0.waitUntilConnected() } }
  }
}
