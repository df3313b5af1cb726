import Foundation

extension Thread {
  /// Starts a thread that runs libcurl.
  ///
  /// SIGPIPE is blocked there: with `CURLOPT_NOSIGNAL` libcurl does not care for it, and a write to a closed connection
  /// must not end the process.
  static func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
    let thread = Thread {
      var signals = sigset_t()
      sigemptyset(&signals)
      sigaddset(&signals, SIGPIPE)
      pthread_sigmask(SIG_BLOCK, &signals, nil)
      body()
    }
    thread.name = name
    thread.stackSize = 1 << 20
    thread.start()
  }
}
