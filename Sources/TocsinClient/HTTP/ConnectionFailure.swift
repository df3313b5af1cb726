import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL

#if canImport(Glibc)
import Glibc
#endif

/// What a transport's error means: whether anything can have been sent, and a few words for people.
struct ConnectionFailure: Sendable, Hashable {
  var code: ClientError.Code
  var reason: String

  init(_ error: any Error) {
    switch error {
    case let error as NIOConnectionError:
      if let attempt = error.connectionErrors.first {
        self = ConnectionFailure(attempt.error)
        code = .unreachable
      } else {
        self.init(code: .unreachable, reason: "the host \(error.host) is unknown")
      }
    case let error as IOError:
      self.init(errno: error.errnoCode)
    case SocketAddressError.unknown(let host, _):
      self.init(code: .unreachable, reason: "the host \(host) is unknown")
    case let error as HTTPClientError:
      self.init(error)
    case ChannelError.connectTimeout:
      self.init(code: .unreachable, reason: "no connection in time")
    case ChannelError.ioOnClosedChannel, ChannelError.eof:
      self.init(code: .connectionLost, reason: "the connection was closed before an answer")
    case let error as NIOSSLError:
      self.init(code: .unreachable, reason: "TLS failed (\(error))")
    case let error as NIOSSLExtraError:
      self.init(code: .unreachable, reason: "TLS failed (\(error))")
    case is CancellationError:
      self.init(code: .connectionLost, reason: "cancelled")
    default:
      self.init(code: .connectionLost, reason: "\(error)")
    }
  }

  private init(code: ClientError.Code, reason: String) {
    self.code = code
    self.reason = reason
  }

  private init(_ error: HTTPClientError) {
    switch error {
    case .connectTimeout, .socksHandshakeTimeout, .httpProxyHandshakeTimeout:
      self.init(code: .unreachable, reason: "no connection in time")
    case .tlsHandshakeTimeout: self.init(code: .unreachable, reason: "no TLS handshake in time")
    case .deadlineExceeded, .readTimeout, .getConnectionFromPoolTimeout:
      self.init(code: .timedOut, reason: "no answer in time")
    case .remoteConnectionClosed:
      self.init(code: .connectionLost, reason: "the connection was closed before an answer")
    case .cancelled: self.init(code: .connectionLost, reason: "cancelled")
    default: self.init(code: .connectionLost, reason: error.shortDescription)
    }
  }

  private init(errno code: CInt) {
    switch code {
    case ECONNREFUSED: self.init(code: .unreachable, reason: "connection refused")
    case EHOSTUNREACH, ENETUNREACH: self.init(code: .unreachable, reason: "no route to the host")
    case ETIMEDOUT: self.init(code: .timedOut, reason: "no answer in time")
    case ECONNRESET, EPIPE: self.init(code: .connectionLost, reason: "the connection was closed before an answer")
    default: self.init(code: .connectionLost, reason: String(cString: strerror(code)))
    }
  }
}
