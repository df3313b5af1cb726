import Synchronization

/// A transfer that a task waits for.
struct Job: Sendable {
  /// What is transferred.
  enum Work: Sendable {
    case http(HTTPTransfer)
    case mail(MailTransfer)
  }

  let id: UInt64
  let work: Work
  let deadline: ContinuousClock.Instant
  let progress: TransferProgress
  let waiter: CheckedContinuation<Exchange, Never>
}

/// What may be known of a transfer while it runs, and said to it: by any thread.
final class TransferProgress: Sendable {
  /// See ``CurlError/mayHaveBeenSent``.
  let mayHaveBeenSent = Atomic(false)
  /// Set when nobody waits for the transfer any more.
  let isInterrupted = Atomic(false)
}

/// Which mails may follow each other on a connection.
struct MailRoute: Sendable, Hashable {
  let server: MailServer
  let deniesPrivateAddresses: Bool

  init(_ mail: MailTransfer) {
    server = mail.server
    deniesPrivateAddresses = mail.deniesPrivateAddresses
  }
}
