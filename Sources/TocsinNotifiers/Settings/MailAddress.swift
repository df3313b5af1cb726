import Support

/// Somebody's mail address, with or without a name: `ops@example.org`, `On call <ops@example.org>`.
package struct MailAddress: Sendable, Hashable, CustomStringConvertible {
  /// The address itself: `local@domain`.
  package let address: String
  /// What mail programs show instead of it; empty for nothing.
  package let name: String

  /// Reads an address; nil for a text that is none. Quoted local parts (RFC 5321, 4.1.2), which nobody has, are refused
  /// like everything that could become another header or another command.
  package init?(_ text: String) {
    var name = ""
    var address = text[...].trimmingSpaces
    if address.hasSuffix(">"), let start = address.lastIndex(of: "<") {
      name = String(address[..<start].trimmingSpaces)
      address = address[address.index(after: start)...].dropLast()
      if name.count > 1, name.hasPrefix("\""), name.hasSuffix("\"") { name = String(name.dropFirst().dropLast()) }
    }
    self.init(address: String(address), name: name)
  }

  /// An address of these parts; nil where one cannot be part of a mail's header.
  package init?(address: String, name: String = "") {
    let halves = address.split(separator: "@", omittingEmptySubsequences: false)
    guard halves.count == 2, !halves[0].isEmpty, !halves[1].isEmpty, address.utf8.count <= 254,
      !address.unicodeScalars.contains(where: MailAddress.isForbidden),
      !name.unicodeScalars.contains(where: \.isControlOrFormat)
    else { return nil }
    self.address = address
    self.name = name
  }

  /// The part behind the `@`.
  var domain: String { String(address.drop { $0 != "@" }.dropFirst()) }

  /// The part before the `@`.
  private var local: String { String(address.prefix { $0 != "@" }) }

  /// The address as mail servers know it: its domain in ASCII (`xn--…`, RFC 5891).
  var wire: String { MailDomain.ascii(domain).map { "\(local)@\($0)" } ?? address }

  /// Whether the part before the `@` is not ASCII: only servers that know SMTPUTF8 (RFC 6531) can take it.
  var isInternational: Bool { !local.utf8.allSatisfy { $0 < 0x80 } }

  /// Why the domain cannot be asked for at a name server; nil where it can.
  var domainFault: String? {
    guard let ascii = MailDomain.ascii(domain) else { return "is not a name that name servers can know" }
    return HostName.fault(of: domain, form: .international) ?? HostName.fault(of: ascii, form: .mail)
  }

  private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isControlOrFormat || scalar.properties.isWhitespace || "<>()[],;:\\\"".unicodeScalars.contains(scalar)
  }

  /// The name and the address.
  package var description: String { name.isEmpty ? address : "\(name) <\(address)>" }
}

extension Unicode.Scalar {
  /// Whether it is a control character, a line separator, or one that only changes how others are shown.
  var isControlOrFormat: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
    default: false
    }
  }
}

extension Substring {
  /// Without spaces and tabs around it.
  var trimmingSpaces: Substring {
    let start = drop { $0 == " " || $0 == "\t" }
    let end = start.lastIndex { $0 != " " && $0 != "\t" }
    return end.map { start[...$0] } ?? ""
  }
}
