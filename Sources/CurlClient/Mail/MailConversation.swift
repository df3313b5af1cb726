/// Follows a mail's conversation by the server's replies, since libcurl tells only the last code.
///
/// libcurl sends one command for each reply, and in this order: log-in, MAIL, one RCPT for each recipient, DATA, the
/// message.
struct MailConversation: Sendable {
  /// What the next reply answers.
  enum Stage: Sendable, Equatable {
    case login, sender
    case recipient(Int)
    case data, message, ended
  }

  /// How much of a reply's text is kept.
  static let textLimit = 1024

  private let recipientCount: Int
  private let allowsRefused: Bool
  private var text = ""
  private(set) var stage = Stage.login
  /// The latest whole reply.
  private(set) var last: MailReply?
  /// The refused recipients by their index.
  private(set) var refused: [(index: Int, reply: MailReply)] = []
  /// The reply that ended the conversation without a delivery.
  private(set) var refusal: MailReply?

  init(recipientCount: Int, allowsRefused: Bool) {
    self.recipientCount = recipientCount
    self.allowsRefused = allowsRefused
  }

  /// The reply to the message, when the server took it.
  var acceptance: MailReply? { stage == .ended && refusal == nil ? last : nil }

  /// The connection is there and the log-in through, or both were from an earlier mail: MAIL comes next.
  mutating func startMail() {
    if stage == .login { stage = .sender }
  }

  /// Takes one line; those that are no reply's are libcurl's affair.
  mutating func receive(line: UnsafeRawBufferPointer) {
    let line = String(decoding: line, as: UTF8.self).filter { !$0.isNewline }
    let digits = line.utf8.prefix(3)
    guard stage != .ended, digits.count == 3, let code = Int(String(decoding: digits, as: UTF8.self)), code >= 100
    else { return }
    let rest = line.utf8.dropFirst(3)
    guard rest.isEmpty || rest.first == UInt8(ascii: " ") || rest.first == UInt8(ascii: "-") else { return }
    keep(rest.dropFirst())
    guard rest.first != UInt8(ascii: "-") else { return }
    let reply = MailReply(code: code, text: exchange(&text, with: ""))
    last = reply
    advance(reply)
  }

  private mutating func keep(_ words: Substring.UTF8View) {
    let free = Self.textLimit - text.utf8.count - 1
    guard free > 0 else { return }
    if !text.isEmpty { text += "\n" }
    text += String(decoding: words.prefix(free), as: UTF8.self)
  }

  private mutating func advance(_ reply: MailReply) {
    let isGood = reply.code / 100 == 2
    switch stage {
    case .login, .ended: break
    case .sender: isGood ? (stage = .recipient(0)) : end(reply)
    case .recipient(let index):
      if !isGood { refused.append((index, reply)) }
      if !isGood && !allowsRefused || refused.count == recipientCount { return end(reply) }
      stage = index + 1 < recipientCount ? .recipient(index + 1) : .data
    case .data: reply.code == 354 ? (stage = .message) : end(reply)
    case .message: isGood ? (stage = .ended) : end(reply)
    }
  }

  private mutating func end(_ reply: MailReply) {
    refusal = reply
    stage = .ended
  }
}
