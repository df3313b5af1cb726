import Foundation

/// Where a local cluster keeps its data.
enum DataFolder {
  /// PostgreSQL does not run as root, and the user that it runs as may not look into root's own folders.
  static let ofRoot = "/var/lib/tocsin-dev"

  /// The folder that is named, or the usual one.
  /// - Throws: ``CommandFailure`` where PostgreSQL could not reach it
  static func choose(_ named: String?) throws -> URL {
    let isRoot = getuid() == 0
    let folder = URL(fileURLWithPath: named ?? (isRoot ? ofRoot : ".dev")).standardizedFileURL
    if isRoot, let closed = closedAncestor(of: folder) {
      throw CommandFailure(
        .usage, "tocsin: the user postgres cannot reach \(folder.path), since \(closed) is closed to others",
        "Name another folder with --data, or leave it out.")
    }
    return folder
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
