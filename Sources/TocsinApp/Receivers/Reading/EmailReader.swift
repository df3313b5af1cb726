import TocsinCore
import TocsinNotifiers

/// Reads the settings of mail.
enum EmailReader {
  static func read(_ section: inout SectionReader) -> ChannelSettings? {
    let host = section.text("host")
    section.require(section.tree("host") != nil, "host", "the name of the mail server")
    let port = section.integer("port", 1...65_535)
    let security = section.word("security", EmailSettings.Security.self)
    let password = section.secret("password")
    let user = section.text("user")
    let sender = address(&section, "sender")
    section.require(section.tree("sender") != nil, "sender", "the address that mail comes from")
    let recipients = recipients(&section)
    let greeting = section.text("helo") ?? greeting(in: section.context)
    let verify = section.flag("verify")
    let options = section.options(.email, TargetOptions(timeout: .seconds(60)))
    guard let host, let sender else { return nil }
    let implied = password == nil ? nil : sender.address
    return .email(
      EmailSettings(
        host: host, port: port ?? standardPort(security), security: security ?? standardSecurity(port),
        user: user ?? implied, password: password, sender: sender, recipients: recipients, greetingName: greeting,
        verifiesCertificate: verify ?? true, options: options))
  }

  /// The name in EHLO of all receivers that have none of their own.
  static func greeting(in context: ReadingContext) -> String? {
    context.setting("TOCSIN_MAIL_HELO")
  }

  /// Encrypted from the first byte has a port of its own (RFC 8314, 7.3).
  private static func standardPort(_ security: EmailSettings.Security?) -> Int { security == .tls ? 465 : 587 }

  private static func standardSecurity(_ port: Int?) -> EmailSettings.Security { port == 465 ? .tls : .starttls }

  private static func address(_ section: inout SectionReader, _ key: String) -> MailAddress? {
    section.text(key).flatMap { address($0, at: section.place.member(key), in: section.context) }
  }

  /// - Parameter entry: what a sentence about it begins with, where the place has several
  static func address(
    _ text: String, at place: Place, entry: ListText.Entry? = nil, in context: ReadingContext
  ) -> MailAddress? {
    let address = MailAddress(text)
    if address == nil {
      let name = entry.map { "\($0.name(shown: text)) " } ?? ""
      context.report(place, "\(name)must be a mail address: ops@example.org, or On call <ops@example.org>")
    }
    return address
  }

  private static func recipients(_ section: inout SectionReader) -> [MailAddress] {
    let texts = section.texts("recipients")
    let isThere = if case .list([])? = section.tree("recipients") { false } else { texts != nil }
    section.require(isThere, "recipients", "a list of mail addresses")
    return (texts ?? []).compactMap { address($0.text, at: $0.place, in: section.context) }
  }
}
