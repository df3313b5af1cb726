/// Why the configuration is looked at again.
enum ReloadTrigger: Sendable, Hashable {
  /// The node has started; the file may have changed since it was read for that.
  case start
  /// It is time to look whether a file changed.
  case look
  /// SIGHUP came.
  case signal
}
