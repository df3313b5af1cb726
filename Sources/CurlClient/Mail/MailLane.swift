import Dispatch
import Support
import Synchronization

/// A thread that carries one mail at a time. It starts with the first mail.
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
  private let authorities: Authorities
  private let mailbox: Mailbox
  private let hasThread = Atomic(false)
  private let orders = Mutex<[Order]>([])
  private let ordered = DispatchSemaphore(value: 0)
  private let sockets = OpenSockets()

  /// - Parameter mailbox: hears of the end of each mail, and of the lane's own
  init(_ number: Int, _ authorities: Authorities, reportsTo mailbox: Mailbox) {
    self.number = number
    self.authorities = authorities
    self.mailbox = mailbox
  }

  /// Sends a mail; its end goes to the mailbox. Without a thread that is at once, and the next mail tries again.
  func start(_ id: UInt64, _ mail: MailTransfer, _ progress: TransferProgress) {
    guard startThread() else {
      _ = mailbox.post(.mailEnded(id, lane: number, Exchange(.exhausted)))
      return
    }
    post(.send(id, mail, progress))
  }

  /// Closes the connection, with QUIT, and ends the thread.
  func end() {
    if hasThread.load(ordering: .acquiring) { post(.end) } else { _ = mailbox.post(.laneEnded(number)) }
  }

  /// Makes the thread give up the mail of that progress, and wait for no server.
  func interrupt(_ progress: TransferProgress?) {
    progress?.isInterrupted.store(true, ordering: .releasing)
    sockets.shutDownAll()
  }

  /// - Returns: whether there is a thread
  private func startThread() -> Bool {
    if hasThread.load(ordering: .acquiring) { return true }
    let started: Void? = try? SystemThread.startWithoutPipeSignal("curl-mail-\(number)") {
      self.run()
      _ = self.mailbox.post(.laneEnded(self.number))
    }
    hasThread.store(started != nil, ordering: .releasing)
    return started != nil
  }

  private func post(_ order: Order) {
    orders.withLock { $0.append(order) }
    ordered.signal()
  }

  private func run() {
    while case .send(let id, let mail, let progress) = nextOrder() {
      do throws(CurlFailure) {
        var easy = try EasyHandle(sockets: sockets)
        send(id, mail, progress, with: &easy)
        return run(with: &easy, route: MailRoute(mail))
      } catch {
        _ = mailbox.post(.mailEnded(id, lane: number, Exchange(Exchange.Ending(error))))
      }
    }
  }

  /// Goes on with a handle that may have a connection.
  private func run(with easy: inout EasyHandle, route: MailRoute) {
    var route = route
    while case .send(let id, let mail, let progress) = nextOrder() {
      // A connection to another server would have to make room, and libcurl would wait for that server's reply to QUIT.
      if route != MailRoute(mail) { sockets.shutDownAll() }
      route = MailRoute(mail)
      send(id, mail, progress, with: &easy)
    }
  }

  private func send(_ id: UInt64, _ mail: MailTransfer, _ progress: TransferProgress, with easy: inout EasyHandle) {
    let exchange = easy.send(mail, authorities, progress, sockets: sockets)
    _ = mailbox.post(.mailEnded(id, lane: number, exchange))
  }

  private func nextOrder() -> Order {
    ordered.wait()
    return orders.withLock { $0.removeFirst() }
  }
}
