import Dispatch
import Foundation
import Synchronization

/// A thread that carries one mail at a time.
///
/// Mails cannot share a thread with anything: libcurl 7.88 waits within its calls for the server's reply to the message
/// and to QUIT. And a mail that is only taken from libcurl is sent on: libcurl ends the message where it was cut off.
/// So who stops a mail shuts down its socket, from another thread.
final class MailLane: Sendable {
  private enum Order: Sendable {
    case send(UInt64, MailTransfer, TransferProgress)
    case end
  }

  private let number: Int
  private let orders = Mutex<[Order]>([])
  private let ordered = DispatchSemaphore(value: 0)
  private let sockets = OpenSockets()

  /// Starts the thread.
  /// - Parameter mailbox: hears of the end of each mail, and of the thread's own
  init(_ number: Int, _ configuration: CurlConfiguration, reportsTo mailbox: Mailbox) {
    self.number = number
    Thread.start("curl-mail-\(number)") {
      self.run(configuration, mailbox)
      _ = mailbox.post(.laneEnded(number))
    }
  }

  /// Sends a mail; its end goes to the mailbox.
  func start(_ id: UInt64, _ mail: MailTransfer, _ progress: TransferProgress) {
    post(.send(id, mail, progress))
  }

  /// Closes the connection, with QUIT, and ends the thread.
  func end() {
    post(.end)
  }

  /// Makes the thread give up the mail of that progress, and wait for no server.
  func interrupt(_ progress: TransferProgress?) {
    progress?.isInterrupted.store(true, ordering: .releasing)
    sockets.shutDownAll()
  }

  private func post(_ order: Order) {
    orders.withLock { $0.append(order) }
    ordered.signal()
  }

  private func run(_ configuration: CurlConfiguration, _ mailbox: Mailbox) {
    var easy = EasyHandle(sockets: sockets)
    var route: MailRoute?
    while true {
      ordered.wait()
      guard case .send(let id, let mail, let progress) = orders.withLock({ $0.removeFirst() }) else { return }
      // A connection to another server would have to make room, and libcurl would wait for that server's reply to QUIT.
      if let route, route != MailRoute(mail) { sockets.shutDownAll() }
      route = MailRoute(mail)
      let exchange = easy.send(mail, configuration, progress, sockets: sockets)
      _ = mailbox.post(.mailEnded(id, lane: number, exchange))
    }
  }
}
