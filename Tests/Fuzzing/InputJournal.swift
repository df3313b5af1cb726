import Foundation

/// Keeps the last input in a file that is mapped into memory: what is copied there survives the process.
final class InputJournal {
  private struct Failure: Error {
    var reason: String
  }

  private let space: UnsafeMutableRawBufferPointer

  /// Creates the file; its first eight bytes are the input's length (little-endian).
  init(name: String, capacity: Int) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-fuzz-\(getuid())-\(name)").path
    let file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
    guard file >= 0 else { throw Failure(reason: "\(path): errno \(errno)") }
    defer { close(file) }
    let size = capacity + 8
    guard ftruncate(file, size) == 0 else { throw Failure(reason: "\(path): errno \(errno)") }
    guard let start = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), start != MAP_FAILED else {
      throw Failure(reason: "\(path): errno \(errno)")
    }
    space = UnsafeMutableRawBufferPointer(start: start, count: size)
  }

  deinit {
    munmap(space.baseAddress, space.count)
  }

  /// Writes an input over the last one.
  func record(_ input: [UInt8]) {
    space.storeBytes(of: UInt64(input.count).littleEndian, as: UInt64.self)
    UnsafeMutableRawBufferPointer(rebasing: space.dropFirst(8)).copyBytes(from: input)
  }
}
