import Foundation

/// Where a local cluster keeps its data.
enum DataFolder {
  /// PostgreSQL does not run as root, and the user that it runs as may not look into root's own folders.
  static let ofRoot = "/var/lib/tocsin-dev"

  /// Returns the folder that is named, or the usual one: each checkout has its own.
  /// - Throws: ``CommandFailure`` where PostgreSQL could not reach it
  static func choose(_ named: String?) throws -> URL {
    let isRoot = getuid() == 0
    let folder = URL(fileURLWithPath: named ?? (isRoot ? usual(in: ofRoot) : ".dev")).standardizedFileURL
    if isRoot, let closed = closedAncestor(of: folder) {
      throw CommandFailure(
        .usage,
        "tocsin: the user postgres cannot reach \(folder.path), because \(closed) is closed to others; name another "
          + "folder with --data, or leave it out")
    }
    return folder
  }

  private static func usual(in root: String) -> String {
    root + "/" + name(of: checkout(of: FileManager.default.currentDirectoryPath))
  }

  /// Returns the nearest folder at or above the path that holds a checkout, or else the path.
  static func checkout(of path: String) -> String {
    var folder = URL(fileURLWithPath: path).standardizedFileURL
    while folder.path != "/" {
      if FileManager.default.fileExists(atPath: folder.appendingPathComponent("Package.swift").path) {
        return folder.path
      }
      folder.deleteLastPathComponent()
    }
    return path
  }

  /// Returns a name that tells people which checkout it is, and that no other path has.
  static func name(of path: String) -> String {
    let word = (path.split(separator: "/").last ?? "root").prefix(32)
      .map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    // FNV-1a: the same in every process, unlike Swift's own hashes.
    var hash: UInt32 = 2_166_136_261
    for byte in path.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    let digits = String(hash, radix: 16)
    return String(word) + "-" + String(repeating: "0", count: 8 - digits.count) + digits
  }

  /// The first folder above that others may not pass through.
  private static func closedAncestor(of folder: URL) -> String? {
    var path = folder.deletingLastPathComponent()
    while path.path != "/" {
      let attributes = try? FileManager.default.attributesOfItem(atPath: path.path)
      if let mode = attributes?[.posixPermissions] as? NSNumber, mode.intValue & 1 == 0 { return path.path }
      path.deleteLastPathComponent()
    }
    return nil
  }
}
