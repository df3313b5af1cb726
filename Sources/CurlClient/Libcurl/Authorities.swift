import CLibcurl
import Foundation
import Synchronization

/// What servers' certificates are checked with: the system's authorities, and those of a file of one's own beside them.
///
/// libcurl takes one file, in place of the system's: so both are put together. A bundle is read again when one of its files
/// has changed.
final class Authorities: Sendable {
  /// What libcurl is told.
  enum Source: Sendable, Hashable {
    /// Nothing: it has its own default.
    case standard
    /// To read that file.
    case file(String)
    /// These certificates in PEM.
    case bundle([UInt8])
  }

  private struct Stamp: Hashable {
    var device: UInt64
    var inode: UInt64
    var size: Int64
    var seconds: Int
    var nanoseconds: Int

    init?(_ path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      device = UInt64(status.st_dev)
      inode = UInt64(status.st_ino)
      size = Int64(status.st_size)
      seconds = status.st_mtim.tv_sec
      nanoseconds = status.st_mtim.tv_nsec
    }
  }

  private struct Kept {
    var stamps: [Stamp?]
    var source: Source
  }

  private let own: String?
  private let system: String?
  private let kept = Mutex<Kept?>(nil)

  init(_ configuration: CurlConfiguration) {
    own = configuration.authoritiesFile
    system = configuration.systemAuthoritiesFile ?? Authorities.named
  }

  /// Whether the folder of authorities that libcurl was built for counts, too.
  var usesStandardFolder: Bool { system == nil }

  /// What to check certificates with now.
  var source: Source {
    guard let own else { return system.map(Source.file) ?? .standard }
    let files = [system ?? Authorities.standardFile, own].compactMap(\.self)
    let stamps = files.map { Stamp($0) }
    return kept.withLock { kept in
      if let kept, kept.stamps == stamps { return kept.source }
      let source = Authorities.bundle(files, own: own)
      kept = Kept(stamps: stamps, source: source)
      return source
    }
  }

  /// The files in one. Where one's own cannot be read, libcurl is left to say so; without the system's there is only that.
  private static func bundle(_ files: [String], own: String) -> Source {
    guard FileManager.default.contents(atPath: own) != nil else { return .file(own) }
    var bundle: [UInt8] = []
    for file in files {
      guard let content = FileManager.default.contents(atPath: file) else { continue }
      bundle += content
      bundle.append(UInt8(ascii: "\n"))
    }
    return .bundle(bundle)
  }

  /// The file that `SSL_CERT_FILE` names, as for most programs that use OpenSSL.
  private static let named = ProcessInfo.processInfo.environment["SSL_CERT_FILE"].flatMap { $0.isEmpty ? nil : $0 }

  /// The file that libcurl was built for.
  private static let standardFile: String? = tocsin_curl_authorities_file().map { String(cString: $0) }
}
