import Foundation

/// Domains of mail addresses.
enum MailDomain {
  /// The domain in ASCII (UTS 46, RFC 5891); nil for one that cannot be. A domain of ASCII stays as it is.
  static func ascii(_ domain: String) -> String? {
    guard !domain.utf8.allSatisfy({ $0 < 0x80 }) else { return domain }
    // Nothing of it may become another part of a URL.
    guard !domain.utf8.contains(where: { $0 <= 0x20 || "/?#@:[]\\%".utf8.contains($0) }),
      let host = URLComponents(string: "http://\(domain)/")?.encodedHost, host.utf8.count <= 253
    else { return nil }
    let labels = host.split(separator: ".", omittingEmptySubsequences: false)
    let isPlain = labels.allSatisfy { label in
      (1...63).contains(label.utf8.count)
        && label.utf8.allSatisfy { byte in
          switch byte {
          case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
          case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
          default: false
          }
        }
    }
    return isPlain ? host : nil
  }
}
