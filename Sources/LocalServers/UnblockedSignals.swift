import Glibc

/// Runs the body with no signal blocked on this thread, for programs that are started in it.
///
/// Dispatch's worker threads, and so Swift's tasks, block every signal. A program inherits that: a shell
/// that waits for its child then never hears that the child has ended.
func withUnblockedSignals<T>(_ body: () throws -> T) rethrows -> T {
  var none = sigset_t()
  var before = sigset_t()
  sigemptyset(&none)
  pthread_sigmask(SIG_SETMASK, &none, &before)
  defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
  return try body()
}
