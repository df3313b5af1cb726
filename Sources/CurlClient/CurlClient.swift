import ServiceLifecycle
import Synchronization

/// HTTP requests and mails through libcurl, as async calls.
///
/// One thread carries all HTTP transfers; it starts with the client and ends after ``run()``. Mails have a few threads
/// of their own, since libcurl blocks within a mail. No event loop and no thread of Swift's pool ever waits.
///
/// **Connections** are kept and used again, HTTP/2 where a TLS server offers it. Limits are those of the configuration;
/// transfers beyond them wait in line. Proxies come from the environment (`http_proxy`, `https_proxy`, `no_proxy`).
///
/// **Retries** belong to the caller; ``CurlError/mayHaveBeenSent`` says whether one can repeat the effect. One exception is
/// libcurl's own: when a kept connection turns out to be closed before a byte of the response came, it sends the
/// request again on a new one.
///
/// **Cancellation** of the task aborts the transfer at once.
package final class CurlClient: Service, Sendable {
  private let mailbox: Mailbox
  private let configuration: CurlConfiguration
  private let lastID = Atomic<UInt64>(0)

  /// A client that can send at once; ``run()`` ends it.
  /// - Throws: ``CurlError`` with `couldNotStart` where the system has no thread or no memory for it
  package init(configuration: CurlConfiguration = CurlConfiguration()) throws(CurlError) {
    self.configuration = configuration
    mailbox = try LoopThread.start(configuration)
  }

  deinit {
    _ = mailbox.post(.abort)
  }

  /// Waits for the graceful shutdown. Then transfers under way go on up to the configuration's limit, new ones are
  /// refused, and it returns when all connections are closed. When its task is cancelled, transfers are aborted at once.
  package func run() async throws {
    await withGracefulShutdownHandler {
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          if !mailbox.post(.awaitEnd(continuation)) { continuation.resume() }
        }
      } onCancel: {
        _ = mailbox.post(.abort)
      }
    } onGracefulShutdown: {
      _ = self.mailbox.post(.shutDown(by: .now + self.configuration.shutdownLimit))
    }
  }

  /// Sends a request.
  /// - Returns: the server's response, whatever its status
  /// - Throws: ``CurlError`` when there is none, or only a part of one
  package func send(_ request: HTTPTransfer) async throws(CurlError) -> HTTPResponse {
    try request.validate()
    return try await transfer(.http(request), timeout: request.timeout).httpResponse()
  }

  /// Sends a mail.
  /// - Returns: the server's reply to the message, and the recipients that it refused
  /// - Throws: ``CurlError`` when the server did not take the message for anybody, or it is not known whether it did
  package func send(_ mail: MailTransfer) async throws(CurlError) -> MailResponse {
    try mail.validate()
    return try await transfer(.mail(mail), timeout: mail.timeout).mailResponse(recipients: mail.recipients)
  }

  private func transfer(_ work: Job.Work, timeout: Duration) async -> Exchange {
    guard !Task.isCancelled else { return Exchange(.cancelled) }
    let id = lastID.add(1, ordering: .relaxed).newValue
    let deadline = ContinuousClock.now + timeout
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let job = Job(id: id, work: work, deadline: deadline, progress: TransferProgress(), waiter: continuation)
        guard mailbox.post(.submitted(job)) else { return continuation.resume(returning: Exchange(.closed)) }
        // The handler may have run before there was anything to cancel.
        if Task.isCancelled { _ = mailbox.post(.cancelled(id)) }
      }
    } onCancel: {
      _ = mailbox.post(.cancelled(id))
    }
  }
}
