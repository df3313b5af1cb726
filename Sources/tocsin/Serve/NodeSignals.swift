import Foundation

/// What signals do to the process of a node.
enum NodeSignals {
  /// From now on SIGHUP ends the process no more: until the node listens to it there is nothing to read again, since it
  /// reads its receivers once more when it has started. SIGUSR1 and SIGUSR2 mean nothing; SIGPIPE is an error of the write.
  static func prepare() {
    for number in [SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE] { signal(number, SIG_IGN) }
  }
}
