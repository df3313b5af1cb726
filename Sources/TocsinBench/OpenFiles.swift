#if canImport(Glibc)
import Glibc
#endif

/// How many files and sockets the process may have open.
package enum OpenFiles {
  /// Raises the soft limit to the hard one: a measurement may need thousands of sockets.
  package static func allowMany() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
