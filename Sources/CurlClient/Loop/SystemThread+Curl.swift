import Glibc
import Support

extension SystemThread {
  /// Starts a thread that runs libcurl.
  ///
  /// SIGPIPE is blocked there: with `CURLOPT_NOSIGNAL` libcurl does not care for it, and a write to a closed connection
  /// must not end the process.
  /// - Throws: where the system has no room for another thread
  static func startWithoutPipeSignal(_ name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
    try start(name, stackSize: 1 << 20) {
      var signals = sigset_t()
      sigemptyset(&signals)
      sigaddset(&signals, SIGPIPE)
      pthread_sigmask(SIG_BLOCK, &signals, nil)
      body()
    }
  }
}
