import SystemPackage

/// What is known of a file without reading it. Two that are equal mean an unchanged file, if the second was taken some
/// hundredths of a second after the first: that is how exact a file's times are.
///
/// Links are followed, so the swap of a link (which is how Kubernetes changes a mounted volume) shows as another inode.
enum FileStamp: Sendable, Hashable {
  /// There is no such file, or it may not be looked at.
  case missing
  /// A file of that identity, size and times of its last changes.
  case present(device: UInt64, inode: UInt64, size: Int64, modified: [Int], changed: [Int])

  /// What is known now. Waits for the file system.
  init(of path: String) {
    guard let stat = try? Stat(FilePath(path)) else {
      self = .missing
      return
    }
    self = .present(
      device: UInt64(stat.deviceID.rawValue), inode: UInt64(stat.inode.rawValue), size: stat.size,
      modified: FileStamp.numbers(stat.st_mtim), changed: FileStamp.numbers(stat.st_ctim))
  }

  /// Seconds and nanoseconds, as the bytes that they are: which module the members of the system's structs belong to, and
  /// so which import they need, depends on what the compiler loads first.
  private static func numbers(_ time: some BitwiseCopyable) -> [Int] {
    withUnsafeBytes(of: time) { Array($0.bindMemory(to: Int.self)) }
  }

  /// Whether the path leads to a regular file, which can be read again; nil where it leads nowhere.
  static func isRegular(_ path: String) -> Bool? {
    (try? Stat(FilePath(path))).map { $0.type == .regular }
  }
}
