import Glibc

/// Names and addresses of hosts, before anybody asks a name server for them.
package enum HostName {
  /// Which names there can be.
  package enum Form: Sendable {
    /// What the system's resolver takes: letters, digits, hyphens and underscores, which containers have in their names.
    case resolvable
    /// The same and letters of other languages, which the caller turns into ASCII (RFC 5891).
    case international
    /// Without underscores: what SMTP lets a client call itself (RFC 5321, 4.1.2).
    case mail
  }

  /// What no host can be called, in words that go on after "the host name"; nil for a name or an address that is one.
  /// Shows nothing of it: where a password has a character that it must not have, a part of it looks like a host.
  /// - Parameter text: a name, an IPv4 address, or an IPv6 address without brackets
  package static func fault(of text: some StringProtocol, form: Form = .resolvable) -> String? {
    guard !text.isEmpty else { return "is missing" }
    for scalar in text.unicodeScalars {
      if let fault = fault(of: scalar, form) { return fault }
    }
    if text.contains(":") { return isAddress(text) ? nil : "has a colon in it and is no IPv6 address" }
    if text.contains("%") { return "has the character % in it" }
    let name = text.hasSuffix(".") ? text.dropLast() : text[...]
    guard name.utf8.count <= 253 else { return "is longer than 253 bytes" }
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    for label in labels {
      if label.isEmpty { return "has nothing between two dots, or begins with a dot" }
      if label.utf8.count > 63 { return "has more than 63 bytes between two dots" }
      if label.hasPrefix("-") || label.hasSuffix("-") { return "has a hyphen beside a dot, or at its end" }
    }
    // A name whose last part is a number is an address to the resolver.
    if let last = labels.last, last.utf8.allSatisfy({ (48...57).contains($0) }), !isIPv4(name) {
      return "is a number and no IPv4 address"
    }
    return nil
  }

  private static func fault(of scalar: Unicode.Scalar, _ form: Form) -> String? {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "-", ".", ":", "%": return nil
    case "_": return form == .mail ? "has an underscore in it" : nil
    case "\"", "'", "`", "\u{2018}"..."\u{201F}", "\u{AB}", "\u{BB}", "\u{2039}", "\u{203A}":
      return "has a quotation mark in it"
    default: break
    }
    if scalar.properties.isWhitespace { return "has white space in it" }
    if scalar.isASCII {
      let isControl = scalar.value < 0x20 || scalar.value == 0x7f
      return isControl ? "has a control character in it" : "has the character \(scalar) in it"
    }
    let isPart: Bool =
      switch scalar.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
        .nonspacingMark, .spacingMark, .otherSymbol:
        true
      default: false
      }
    if !isPart { return "has a character in it that no host name has" }
    return form == .international ? nil : "is not in ASCII: write it as name servers know it, with xn--"
  }

  private static func isIPv4(_ text: some StringProtocol) -> Bool {
    var address = in_addr()
    return inet_aton(String(text), &address) != 0
  }

  /// Whether it is an IPv6 address, with a zone or without.
  private static func isAddress(_ text: some StringProtocol) -> Bool {
    let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 1 || !parts[1].isEmpty else { return false }
    var address = in6_addr()
    return inet_pton(AF_INET6, String(parts[0]), &address) == 1
  }
}
