/// A look at the configuration's files, some time after the one before.
enum ReloadTrigger: Sendable, Hashable {
  /// It is time to look whether they changed, or are still as they were found.
  case look
  /// The same, and SIGHUP came.
  case signal
}
