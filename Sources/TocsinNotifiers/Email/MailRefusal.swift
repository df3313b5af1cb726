import CurlClient

/// What a mail server's refusal means: whether the same mail, or the same recipient, may be taken later.
///
/// | code (RFC 5321), enhanced code (RFC 3463) | |
/// | --- | --- |
/// | 4xx | later |
/// | 5.1.x: no such mailbox, no such domain, an address that is none | never |
/// | 5.1.7, 5.1.8: the sender's address, which is the operator's to mend | later |
/// | 5.2.1, 5.2.3: the mailbox is disabled; the message is too long for it | never |
/// | other 5.2.x, such as 5.2.2: the mailbox is full | later |
/// | 5.3.4: the message is too long for the server | never |
/// | other 5.3.x, 5.4.x: the server or the network is not in order; a quota is used up | later |
/// | 5.5.3: too many recipients at once | later |
/// | other 5.5.x, 5.6.x: the message or a command cannot be taken | never |
/// | 5.7.x: policy, such as greylisting, a block list, a rate | later |
/// | 530, 534, 535, 538: a log-in or encryption is wanted | later |
/// | 552 to a recipient, without an enhanced code (RFC 5321, 4.5.3.1.10) | later |
/// | any other 5xx without an enhanced code | never |
enum MailRefusal {
  /// Whether trying again is useless.
  static func isForGood(_ reply: MailReply, ofRecipient: Bool) -> Bool {
    guard reply.code / 100 == 5, ![530, 534, 535, 538].contains(reply.code) else { return false }
    guard let status = enhanced(reply), status[0] == 5, status[1] > 0 else { return reply.code != 552 || !ofRecipient }
    switch (status[1], status[2]) {
    case (1, 7), (1, 8): return false
    case (1, _): return true
    case (2, 1), (2, 3): return true
    case (3, 4): return true
    case (5, 3): return false
    case (5, _), (6, _): return true
    default: return false
    }
  }

  /// The reply's code, and the enhanced one behind it (RFC 2034), such as `550 5.1.1`. Its words stay where they are: they
  /// quote addresses.
  static func code(_ reply: MailReply) -> String {
    guard let status = enhanced(reply) else { return String(reply.code) }
    return "\(reply.code) \(status.map(String.init).joined(separator: "."))"
  }

  /// The three numbers of the enhanced code that a reply's words begin with.
  private static func enhanced(_ reply: MailReply) -> [Int]? {
    let parts = reply.text.prefix { $0 != " " && $0 != "\n" }.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, ["2", "4", "5"].contains(parts[0]) else { return nil }
    let numbers = parts.compactMap { part in
      (1...3).contains(part.utf8.count) && part.utf8.allSatisfy { (48...57).contains($0) } ? Int(part) : nil
    }
    return numbers.count == 3 ? numbers : nil
  }
}
