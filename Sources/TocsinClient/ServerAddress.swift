import NIOCore
import Support

/// Where a server listens: what `--url` and `TOCSIN_URL` name.
package struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
  /// Whether the connection is encrypted (`https`).
  package var usesTLS: Bool
  /// A host name or an IP address, without brackets.
  package var host: String
  /// The TCP port.
  package var port: Int
  /// What stands before every path, without a slash at its end: `""` or `/tocsin`.
  package var basePath: String

  /// Reads `http://host:port/base`; `https`, `ws` and `wss` too, and `host:port` alone. The port defaults to that
  /// of the scheme.
  /// - Throws: ``ClientError`` of code ``ClientError/Code/invalidURL``, saying what is wrong with the text
  package init(_ text: some StringProtocol) throws(ClientError) {
    var rest = text[...]
    var scheme = "http"
    if let separator = rest.firstRange(of: "://") {
      scheme = rest[..<separator.lowerBound].lowercased()
      rest = rest[separator.upperBound...]
    }
    switch scheme {
    case "http", "ws": usesTLS = false
    case "https", "wss": usesTLS = true
    default: throw .invalidURL(text, "the scheme must be http or https")
    }
    guard !rest.contains("?"), !rest.contains("#") else {
      throw .invalidURL(text, "a query or fragment does not belong to a server's address")
    }
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    var path = rest[slash...]
    while path.last == "/" { path.removeLast() }
    basePath = String(path)
    let authority = rest[..<slash]
    guard !authority.contains("@") else { throw .invalidURL(text, "a user name does not belong to it") }
    guard authority.utf8.allSatisfy({ $0 > 32 && $0 != 127 }), path.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
      throw .invalidURL(text, "it contains a space or a control character")
    }
    let hostEnd: Substring.Index
    if authority.first == "[" {
      guard let bracket = authority.firstIndex(of: "]") else { throw .invalidURL(text, "a bracket is missing") }
      host = String(authority[authority.index(after: authority.startIndex)..<bracket])
      hostEnd = authority.index(after: bracket)
    } else {
      hostEnd = authority.firstIndex(of: ":") ?? authority.endIndex
      host = String(authority[..<hostEnd])
    }
    guard !host.isEmpty else { throw .invalidURL(text, "the host is missing") }
    if let fault = HostName.fault(of: host) { throw .invalidURL(text, "the host name \(fault)") }
    let portText = authority[hostEnd...]
    if portText.isEmpty {
      port = usesTLS ? 443 : 80
    } else {
      guard portText.first == ":", let number = Int(portText.dropFirst()), (1...65_535).contains(number) else {
        throw .invalidURL(text, "the port must be a number from 1 to 65535")
      }
      port = number
    }
  }

  /// Reads several addresses with commas between them, at least one.
  /// - Throws: ``ClientError`` of code ``ClientError/Code/invalidURL``
  package static func list(_ text: String) throws(ClientError) -> [ServerAddress] {
    var addresses: [ServerAddress] = []
    for part in text.split(separator: ",") {
      let trimmed = part.drop { $0 == " " }
      let end = trimmed.lastIndex { $0 != " " }.map { trimmed.index(after: $0) } ?? trimmed.startIndex
      guard end > trimmed.startIndex else { continue }
      addresses.append(try ServerAddress(trimmed[..<end]))
    }
    guard !addresses.isEmpty else { throw .invalidURL(text, "no address is named") }
    return addresses
  }

  /// The value of the `Host` header: host and port, an IPv6 address in brackets.
  package var authority: String {
    (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
  }

  /// The name that the server's certificate must carry; nil where the host is an IP address, which TLS does not name.
  package var tlsName: String? {
    (try? SocketAddress(ipAddress: host, port: port)) == nil ? host : nil
  }

  /// The address as a URL without a slash at its end.
  package var description: String {
    (usesTLS ? "https://" : "http://") + authority + basePath
  }
}
