import Foundation
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
    let raw = stat.rawValue
    self = .present(
      device: UInt64(raw.st_dev), inode: UInt64(raw.st_ino), size: Int64(raw.st_size),
      modified: [raw.st_mtim.tv_sec, raw.st_mtim.tv_nsec], changed: [raw.st_ctim.tv_sec, raw.st_ctim.tv_nsec])
  }

  /// Whether the path leads to a regular file, which can be read again; nil where it leads nowhere.
  static func isRegular(_ path: String) -> Bool? {
    (try? Stat(FilePath(path))).map { $0.rawValue.st_mode & S_IFMT == S_IFREG }
  }
}
