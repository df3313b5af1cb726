import SystemPackage

/// Reads whole small files.
enum FileText {
  /// No configuration file is larger.
  static let configurationLimit = YAML.Limits.configuration.bytes
  /// No other file of a configuration is larger.
  static let limit = 4 << 20

  /// The file's text, without a byte-order mark.
  /// - Throws: ``ConfigurationError`` with the reason only, without the path
  static func read(_ path: String, limit: Int) throws(ConfigurationError) -> String {
    let bytes: [UInt8]
    do {
      bytes = try readAll(path, limit)
    } catch {
      throw ConfigurationError("it cannot be read: \((error as? Errno)?.description ?? "\(error)")")
    }
    guard bytes.count <= limit else { throw ConfigurationError("it is larger than \(limit >> 20) MiB") }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    guard let text = String(validating: bytes.starts(with: mark) ? bytes[3...] : bytes[...], as: UTF8.self) else {
      throw ConfigurationError("it is not UTF-8 text")
    }
    return text
  }

  /// At most one chunk more than the limit.
  private static func readAll(_ path: String, _ limit: Int) throws -> [UInt8] {
    let descriptor = try FileDescriptor.open(FilePath(path), .readOnly)
    return try descriptor.closeAfter {
      var bytes: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 65_536)
      while bytes.count <= limit {
        let count = try chunk.withUnsafeMutableBytes { try descriptor.read(into: $0) }
        if count == 0 { break }
        bytes += chunk[..<count]
      }
      return bytes
    }
  }
}
