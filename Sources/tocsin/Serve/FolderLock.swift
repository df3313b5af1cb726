import Foundation

/// Keeps a second cluster out of a data folder. The lock ends with the process, however that ends.
final class FolderLock {
  private let descriptor: CInt

  /// Locks the folder.
  /// - Throws: ``CommandFailure`` where another process holds it, or the folder cannot be written to
  init(_ folder: URL) throws {
    let path = folder.appendingPathComponent("lock").path
    // Programs that are started later do not inherit it.
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw CommandFailure(
        .usage, "tocsin: the data folder \(folder.path) cannot be written to: \(String(cString: strerror(errno)))")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let owner = FolderLock.owner(descriptor)
      close(descriptor)
      throw CommandFailure(
        .refused,
        "tocsin: the data folder \(folder.path) is in use by a running cluster\(owner.map { " (pid \($0))" } ?? ""); "
          + "stop that one, name another folder with --data, or keep nothing with --ephemeral")
    }
    self.descriptor = descriptor
    ftruncate(descriptor, 0)
    let text = Array("\(getpid())\n".utf8)
    pwrite(descriptor, text, text.count, 0)
  }

  deinit {
    close(descriptor)
  }

  private static func owner(_ descriptor: CInt) -> Int32? {
    var bytes = [UInt8](repeating: 0, count: 32)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return Int32(String(decoding: bytes.prefix(max(0, count)).prefix { $0 != 10 }, as: UTF8.self))
  }
}
