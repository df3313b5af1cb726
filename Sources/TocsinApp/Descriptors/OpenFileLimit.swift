import Foundation

/// How many files and sockets this process may have open.
package enum OpenFileLimit {
  /// More than any node needs; some programs count as far as the limit, which can be a thousand times this.
  private static let most = 1 << 20

  /// Raises the limit as far as the process may.
  package static func raise() {
    var limits = rlimit()
    guard getrlimit(resource, &limits) == 0 else { return }
    let wanted = min(limits.rlim_max, rlim_t(most))
    guard limits.rlim_cur < wanted else { return }
    limits.rlim_cur = wanted
    _ = setrlimit(resource, &limits)
  }

  /// The limit that holds.
  package static var current: Int {
    var limits = rlimit()
    guard getrlimit(resource, &limits) == 0 else { return 1024 }
    return Int(min(limits.rlim_cur, rlim_t(most)))
  }

  private static var resource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
}
