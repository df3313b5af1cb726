import Synchronization

/// A Lua script that is sent once and called by its digest from then on.
///
/// The digest is the one that the server answers to `SCRIPT LOAD` when the script is used for the first time; it depends
/// on the source only, so all copies of this value, and all clients, share it. Keep the value (in a static constant, say)
/// rather than making it anew for each call.
package struct RedisScript: Sendable {
  /// The Lua source.
  package let source: String
  private let digest = Digest()

  /// A script of this source.
  package init(_ source: String) {
    self.source = source
  }

  /// The SHA-1 of the source in lower-case hexadecimal, once a server has told it.
  package internal(set) var sha1: String? {
    get { digest.text.withLock { $0 } }
    nonmutating set { digest.text.withLock { $0 = newValue } }
  }

  private final class Digest: Sendable {
    let text = Mutex<String?>(nil)
  }
}
