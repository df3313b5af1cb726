import Support

/// URLs of web servers, as far as they can be judged before anybody is asked.
package enum WebURL {
  /// Why a text is no absolute `http` or `https` URL, in words that go on after what it is about. Shows nothing of it.
  package static func fault(of text: String) -> String? {
    let shape = "must be a URL that begins with https:// or http://, without spaces"
    guard !text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f }), let parts = parts(of: text),
      ["http", "https"].contains(parts.scheme.lowercased())
    else { return shape }
    guard !parts.authority.isEmpty else { return "must be a URL with a host behind ://" }
    guard let (host, port) = split(parts.authority) else { return "must be a URL with one host, and a port at most" }
    if let fault = HostName.fault(of: host, form: .international) {
      return "must be a URL of a host: its name \(fault)"
    }
    if let port, !(UInt16(port).map { $0 > 0 } ?? false) { return "must be a URL with a port from 1 to 65535" }
    return nil
  }

  /// Scheme and host of a text that has both, for people: nothing that can be a secret.
  package static func place(of text: String) -> String? {
    guard let parts = parts(of: text), let (host, _) = split(parts.authority),
      parts.scheme.utf8.count <= 8, parts.scheme.allSatisfy({ $0.isASCII && $0.isLetter }),
      HostName.fault(of: host, form: .international) == nil
    else { return nil }
    return "\(parts.scheme)://\(host)"
  }

  private static func parts(of text: String) -> (scheme: Substring, authority: Substring)? {
    guard let mark = text.firstRange(of: "://") else { return nil }
    let rest = text[mark.upperBound...].prefix { !"/?#\\".contains($0) }
    // A password may have an @ in it: the last one counts.
    let login = rest.lastIndex(of: "@").map { rest.index(after: $0) }
    return (text[..<mark.lowerBound], login.map { rest[$0...] } ?? rest)
  }

  private static func split(_ authority: Substring) -> (host: Substring, port: Substring?)? {
    var host = authority
    var rest: Substring = ""
    if authority.first == "[" {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      host = authority[authority.index(after: authority.startIndex)..<end]
      rest = authority[authority.index(after: end)...]
      guard host.contains(":") else { return nil }
    } else if let colon = authority.firstIndex(of: ":") {
      host = authority[..<colon]
      rest = authority[colon...]
    }
    if rest.isEmpty { return (host, nil) }
    guard rest.first == ":" else { return nil }
    // "https://host:/" names no port: the scheme's is meant.
    return (host, rest.count == 1 ? nil : rest.dropFirst())
  }
}
