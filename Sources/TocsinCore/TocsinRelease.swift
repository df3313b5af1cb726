/// Which release this is.
public enum TocsinRelease {
  /// The release's number (semantic versioning), as `tocsin --version` prints it.
  public static let version = "0.1.0"
}
