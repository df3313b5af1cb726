extension MailTransfer {
  /// Refuses what could become another command, another server or another message.
  func validate() throws(CurlError) {
    guard [timeout, connectTimeout ?? timeout].allSatisfy({ $0 > .zero && $0 <= .seconds(86_400) }) else {
      throw .invalid("a timeout is not positive, or longer than a day")
    }
    try server.validate()
    guard !recipients.isEmpty else { throw .invalid("the mail has no recipient") }
    guard sender.isEmpty || sender.isMailbox else { throw .invalid("the sender is not a mail address") }
    guard recipients.allSatisfy(\.isMailbox) else { throw .invalid("a recipient is not a mail address") }
    guard message.hasOnlyWholeLineEnds else {
      throw .invalid("the message has a CR or LF that is not part of CRLF")
    }
  }
}

extension MailServer {
  func validate() throws(CurlError) {
    guard host.isHost else { throw .invalid("the mail server's host is not a name or an address") }
    guard (1...65535).contains(port) else { throw .invalid("the mail server's port is not one") }
    if let greetingName {
      guard !greetingName.isEmpty, greetingName.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
        throw .invalid("the greeting's name is not printable ASCII")
      }
    }
    if let login {
      guard !(login.user + login.password).utf8.contains(0) else { throw .invalid("the log-in has a NUL") }
    }
  }

  /// The URL that libcurl takes; its path is the name in EHLO.
  var url: String {
    let name = host.contains(":") ? "[\(host)]" : host
    let path = (greetingName ?? "").utf8.map { byte in
      let character = Character(UnicodeScalar(byte))
      if character.isLetter || character.isNumber || ".-_".contains(character) { return String(character) }
      return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
    return "\(encryption == .implicit ? "smtps" : "smtp")://\(name):\(port)/\(path)"
  }
}

extension String {
  /// Whether this can stand between the angle brackets of a command (RFC 5321, 4.1.2), quoted spaces left out.
  fileprivate var isMailbox: Bool {
    utf8.contains(UInt8(ascii: "@"))
      && !utf8.contains { $0 <= 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") }
  }

  /// Whether this can be a URL's host, and nothing else of it.
  fileprivate var isHost: Bool {
    if contains(":") { return NetworkAddress(self)?.bytes.count == 16 }
    return !isEmpty && !utf8.contains { $0 <= 0x20 || $0 == 0x7F || "/?#@\\[]%<>^`{|}\"".utf8.contains($0) }
  }
}

extension [UInt8] {
  /// Whether every CR and LF is part of CRLF (RFC 5321, 2.3.8). Servers that take a lone one for a line's end could be
  /// made to see the end of the message, and then a second message.
  fileprivate var hasOnlyWholeLineEnds: Bool {
    var isAfterCR = false
    for byte in self {
      guard (byte == 10) == isAfterCR else { return false }
      isAfterCR = byte == 13
    }
    return !isAfterCR
  }
}
