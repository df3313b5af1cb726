import Support

extension BrowserAccess {
  /// A name with or without a port, as in `Host` (RFC 9110, 7.2).
  package struct Authority: Sendable, Hashable {
    /// The host in lower case; an IPv6 address in its brackets.
    let host: String
    /// The port; nil: none was named.
    let port: Int?

    /// Reads `name`, `name:port`, `[address]` or `[address]:port`; nil where it is none of these.
    init?(_ text: some StringProtocol) {
      var host = Substring(text.lowercased())
      var rest: Substring = ""
      if host.first == "[" {
        guard let end = host.firstIndex(of: "]") else { return nil }
        rest = host[host.index(after: end)...]
        host = host[...end]
        guard host.utf8.count > 4, host.dropFirst().dropLast().utf8.allSatisfy(Authority.isInAddress) else {
          return nil
        }
      } else {
        if let colon = host.firstIndex(of: ":") {
          rest = host[colon...]
          host = host[..<colon]
        }
        if host.last == "." { host.removeLast() }
        guard !host.isEmpty, host.utf8.allSatisfy(Authority.isInName) else { return nil }
      }
      self.host = String(host)
      guard !rest.isEmpty else {
        port = nil
        return
      }
      let digits = rest.dropFirst()
      guard rest.first == ":", digits.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(digits),
        (1...65_535).contains(number)
      else { return nil }
      port = number
    }

    /// Why it can be no host, though it may stand in a field.
    var fault: String? {
      HostName.fault(of: host.first == "[" ? host.dropFirst().dropLast() : host[...])
    }

    private static func isInName(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
        UInt8(ascii: "."), UInt8(ascii: "_"):
        true
      default: false
      }
    }

    private static func isInAddress(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"),
        UInt8(ascii: "."):
        true
      default: false
      }
    }
  }

  /// Where a page comes from, as in `Origin` (RFC 6454): `https://example.org`, `http://localhost:3000`.
  package struct Origin: Sendable, Hashable {
    let scheme: String
    let authority: Authority

    /// Reads an origin; nil where it is none, as `null` is.
    init?(_ text: some StringProtocol) {
      guard let mark = text.firstRange(of: "://") else { return nil }
      scheme = text[..<mark.lowerBound].lowercased()
      guard !scheme.isEmpty, scheme.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "/") }),
        let authority = Authority(text[mark.upperBound...])
      else { return nil }
      self.authority = authority
    }

    /// The port, where the scheme tells it unless it is named.
    private func port(of authority: Authority) -> Int? {
      authority.port ?? ["http": 80, "https": 443][scheme]
    }

    /// Whether both are the same place: `https://a:443` is `https://a`.
    func isSame(as other: Origin) -> Bool {
      scheme == other.scheme && isOwn(of: other.authority)
    }

    /// Whether a page of this origin was served under that name. The scheme says nothing: TLS may end before the node.
    func isOwn(of host: Authority) -> Bool {
      authority.host == host.host && port(of: authority) == port(of: host)
    }
  }
}
