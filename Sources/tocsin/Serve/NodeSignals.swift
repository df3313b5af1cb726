import Foundation
import TocsinApp

/// What signals do to the process of a node.
enum NodeSignals {
  /// From now on SIGHUP is kept for when the node can read its receivers again. SIGUSR1 and SIGUSR2 mean nothing; SIGPIPE
  /// is an error of the write.
  static func prepare() {
    HangUp.remember()
    for number in [SIGUSR1, SIGUSR2, SIGPIPE] { signal(number, SIG_IGN) }
  }
}
