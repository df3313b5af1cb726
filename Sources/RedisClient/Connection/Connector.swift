import NIOCore
import NIOPosix
import NIOSSL

/// Makes channels to the server, with TLS where the configuration says so.
struct Connector: Sendable {
  let configuration: RedisConfiguration
  private let tls: NIOSSLContext?

  /// Reads the certificates; blocks for that long.
  /// - Throws: ``RedisError/Code/notConnected`` when a file of the TLS configuration cannot be used
  init(_ configuration: RedisConfiguration) throws(RedisError) {
    self.configuration = configuration
    do {
      tls = try configuration.tls.map { try NIOSSLContext(configuration: Self.tlsConfiguration($0)) }
    } catch {
      throw RedisError(.notConnected, "the TLS configuration cannot be used: \(error)")
    }
  }

  private static func tlsConfiguration(_ files: RedisConfiguration.TLS) throws -> TLSConfiguration {
    var configuration = TLSConfiguration.makeClientConfiguration()
    if let file = files.authoritiesFile { configuration.trustRoots = .file(file) }
    if let file = files.certificateFile {
      configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(file).map { .certificate($0) }
    }
    if let file = files.keyFile {
      configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: file, format: .pem))
    }
    return configuration
  }

  /// Connects, and adds the handlers before anything is read.
  /// - Parameter prepare: called on the loop with the channel that won; may refuse it by throwing
  func connect(
    on loop: any EventLoop, prepare: @escaping @Sendable (any Channel) throws -> Void
  ) -> EventLoopFuture<Void> {
    let bootstrap = ClientBootstrap(group: loop)
      .connectTimeout(TimeAmount(configuration.connectTimeout))
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelOption(.socketOption(.so_keepalive), value: 1)
    let connected =
      if let path = configuration.unixSocketPath {
        ClientBootstrap(group: loop).connectTimeout(TimeAmount(configuration.connectTimeout))
          .connect(unixDomainSocketPath: path)
      } else {
        bootstrap.connect(host: configuration.host, port: configuration.port)
      }
    return connected.flatMapThrowing { channel in
      do {
        if let tls { try channel.pipeline.syncOperations.addHandler(tlsHandler(tls)) }
        try prepare(channel)
      } catch {
        channel.close(promise: nil)
        throw error
      }
    }
  }

  private func tlsHandler(_ context: NIOSSLContext) throws -> NIOSSLClientHandler {
    // An address has no place in SNI (RFC 6066, section 3); the certificate is then compared with the peer's address.
    let isAddress = (try? SocketAddress(ipAddress: configuration.host, port: 0)) != nil
    return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : configuration.host)
  }

  /// What a failed attempt means to those who want to send.
  static func refusal(_ error: any Error) -> RedisError {
    switch error {
    case let error as RedisError: error
    case let error as NIOConnectionError:
      if let first = error.connectionErrors.first {
        RedisError(.notConnected, "could not connect to \(first.target): \(first.error)")
      } else {
        RedisError(.notConnected, "could not connect: \(error.host) has no address")
      }
    default: RedisError(.notConnected, "could not connect: \(error)")
    }
  }
}
