import CurlClient
import TocsinCore

/// What SMTP conversations mean for a delivery.
///
/// | answer | outcome |
/// | --- | --- |
/// | the server took the mail for all recipients, or for some and refused the others for good | delivered |
/// | it took it for some, and refused others for now | retryable, for the others only |
/// | it refused all recipients, one of them for now | retryable, for those only |
/// | a refusal of the mail, as ``MailRefusal`` reads it | retryable or permanent |
/// | the connection, the name in EHLO, STARTTLS or the log-in refused, with whatever code | retryable |
/// | none: name, connection, TLS (STARTTLS that is demanded and not offered, too), time | retryable |
/// | an address that is not allowed, a mail that cannot be sent | permanent |
///
/// A refused log-in is the operator's to mend, not the mail's fault: as mail relays do (a bounce there would lose mail over
/// a password that was changed), the mail waits for it, for as long as deliveries are tried at all.
struct MailVerdict {
  /// Who needs no further attempt, by this one alone.
  private(set) var progress = DeliveryProgress()
  private var failure: DeliveryFailure?
  private var isFinal = true
  private var status: Int?

  static func outcome(of reply: Reply) -> DeliveryOutcome {
    outcome(of: [reply], to: [[]], progress: DeliveryProgress())
  }

  /// What came of an attempt.
  /// - Parameters:
  ///   - replies: one for each mail
  ///   - recipients: those of each mail
  ///   - progress: who had it before, or can never get it
  static func outcome(
    of replies: [Reply], to recipients: [[String]], progress: DeliveryProgress
  ) -> DeliveryOutcome {
    var verdict = MailVerdict()
    for (reply, recipients) in zip(replies, recipients) { verdict.add(reply, recipients) }
    return verdict.outcome(after: progress)
  }

  private func outcome(after earlier: DeliveryProgress) -> DeliveryOutcome {
    guard var failure else { return .delivered(status: status) }
    let total = earlier.adding(progress)
    if isFinal { return total.reached.isEmpty ? .permanent(failure) : .delivered(status: status ?? failure.status) }
    failure.progress = progress
    if !total.reached.isEmpty {
      failure.mayHaveArrived = true
      failure.reason += "; the others have the mail"
    }
    return .retryable(failure)
  }

  private mutating func add(_ reply: Reply, _ recipients: [String]) {
    switch reply {
    case .mail(let response):
      status = response.reply.code
      progress.reached.formUnion(response.acceptedRecipients.map(DeliveryProgress.mark))
      add(response.refusedRecipients, of: response.acceptedRecipients.count + response.refusedRecipients.count)
    case .response(let response):
      note(DeliveryFailure("an HTTP answer to a mail", status: response.status), isFinal: true)
    case .failed(let error):
      let refused = error.refusedRecipients
      guard !refused.isEmpty, refused.count >= recipients.count else { return add(error, recipients) }
      // Nobody was left to send it to.
      if !add(refused, of: refused.count) {
        note(MailVerdict.failure(error, "the mail server refused the mail"), isFinal: true)
      }
    }
  }

  /// Takes note of refused recipients.
  /// - Returns: whether one of them is to be tried again
  @discardableResult
  private mutating func add(_ refused: [RefusedRecipient], of count: Int) -> Bool {
    let forGood = refused.filter { MailRefusal.isForGood($0.reply, ofRecipient: true) }
    progress.refused.formUnion(forGood.map { DeliveryProgress.mark($0.recipient) })
    let waiting = refused.filter { !MailRefusal.isForGood($0.reply, ofRecipient: true) }
    guard let first = waiting.first?.reply else { return false }
    let whom = count == 1 ? "the recipient" : "\(waiting.count) of \(count) recipients"
    let reason = "the mail server refused \(whom) for now (SMTP \(MailRefusal.code(first)))"
    note(DeliveryFailure(reason, status: first.code), isFinal: false)
    return true
  }

  private mutating func add(_ error: CurlError, _ recipients: [String]) {
    let (failure, isFinal) = MailVerdict.explanation(of: error)
    note(failure, isFinal: isFinal)
    let forGood = error.refusedRecipients.filter { MailRefusal.isForGood($0.reply, ofRecipient: true) }
    progress.refused.formUnion((isFinal ? recipients : forGood.map(\.recipient)).map(DeliveryProgress.mark))
  }

  /// Of several failures the first one that may go away is told.
  private mutating func note(_ other: DeliveryFailure, isFinal isFinalToo: Bool) {
    let mayHaveArrived = other.mayHaveArrived || failure?.mayHaveArrived == true
    if failure == nil || isFinal && !isFinalToo { failure = other }
    failure?.mayHaveArrived = mayHaveArrived
    isFinal = isFinal && isFinalToo
  }

  private static func failure(_ error: CurlError, _ reason: String) -> DeliveryFailure {
    let code = error.reply.map { " (SMTP \(MailRefusal.code($0)))" } ?? ""
    return DeliveryFailure(reason + code, status: error.reply?.code, mayHaveArrived: error.mayHaveBeenSent)
  }

  private static func explanation(of error: CurlError) -> (DeliveryFailure, isFinal: Bool) {
    switch error.code {
    case .authentication: return (failure(error, "the mail server refused the log-in"), false)
    case .untrusted:
      return (
        failure(
          error,
          "the mail server's certificate is not trusted: TOCSIN_CA_FILE names its authority, verify: false takes any "
            + "certificate"), false
      )
    case .tls where error.reply != nil: return (failure(error, "the mail server refused STARTTLS"), false)
    case _ where error.reply != nil && error.isRefusedAtOnce:
      return (failure(error, "the mail server refused this node, or its name in EHLO, which helo sets"), false)
    default: break
    }
    guard let reply = error.reply else {
      let outcome = TransferFailure.outcome(of: error)
      if case .permanent(let failure) = outcome { return (failure, true) }
      return (outcome.failure ?? DeliveryFailure("the attempt failed"), false)
    }
    let isFinal = MailRefusal.isForGood(reply, ofRecipient: false)
    return (failure(error, "the mail server refused the mail\(isFinal ? "" : " for now")"), isFinal)
  }
}
