import Foundation
import NIOSSL

/// An authority of the tests' own, and a certificate of it for this host.
struct Certificates {
  struct Failure: Error {
    let command: [String]
  }

  /// Made once; the folder goes with the process.
  static let shared = Result { try Certificates("one") }
  /// Those of another authority.
  static let other = Result { try Certificates("other") }

  /// The PEM file of the authority.
  let authorityFile: String
  private let certificateFile: String
  private let keyFile: String

  private static let folder = FileManager.default.temporaryDirectory.appending(path: "curl-tls-\(UUID().uuidString)")

  private init(_ name: String) throws {
    let folder = Self.folder.appending(path: name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(at: Certificates.folder) }
    let path = { (name: String) in folder.appending(path: name).path }
    authorityFile = path("ca.pem")
    certificateFile = path("server.pem")
    keyFile = path("server.key")
    try "subjectAltName=DNS:localhost,IP:127.0.0.1\n".write(toFile: path("names"), atomically: true, encoding: .utf8)
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    try Self.openssl(
      ["req", "-x509"] + key + [
        "-days", "2", "-subj", "/CN=test CA \(name)", "-keyout", path("ca.key"), "-out", authorityFile,
      ])
    try Self.openssl(["req"] + key + ["-subj", "/CN=localhost", "-keyout", keyFile, "-out", path("server.csr")])
    try Self.openssl([
      "x509", "-req", "-in", path("server.csr"), "-CA", authorityFile, "-CAkey", path("ca.key"), "-CAcreateserial",
      "-days", "2", "-extfile", path("names"), "-out", certificateFile,
    ])
  }

  private static func openssl(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/openssl")
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(command: arguments) }
  }

  /// What a server needs to show the certificate.
  /// - Parameter protocols: what it offers by ALPN
  func serverContext(protocols: [String] = []) throws -> NIOSSLContext {
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMFile(certificateFile).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: keyFile, format: .pem)))
    configuration.applicationProtocols = protocols
    return try NIOSSLContext(configuration: configuration)
  }
}
