/// Which release this is.
package enum TocsinRelease {
  /// The release's number (semantic versioning), as `tocsin --version` prints it.
  package static let version = "0.1.0"
}
