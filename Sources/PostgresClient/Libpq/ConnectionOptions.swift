import CLibpq
import Support

/// The options of a connection string, read by libpq itself.
enum ConnectionOptions {
  /// The options that the string sets, or nil when libpq refuses it.
  ///
  /// libpq's own message is dropped: it quotes the string, and with it the password.
  static func parse(_ string: String) -> [(keyword: String, value: String)]? {
    guard !string.utf8.contains(0) else { return nil }
    var message: UnsafeMutablePointer<CChar>?
    let parsed = PQconninfoParse(string, &message)
    defer {
      PQfreemem(message)
      PQconninfoFree(parsed)
    }
    guard var option = parsed else { return nil }
    var result: [(keyword: String, value: String)] = []
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val {
        result.append((String(cString: keyword), String(cString: value)))
      }
      option += 1
    }
    return result
  }

  /// The options whose values are secrets.
  static let secrets: Set<String> = ["password", "sslpassword"]

  /// Whether people may see an option: it is one of those that hold no secret, and its value looks like what it is. A
  /// password in a wrong place does not, mostly.
  static func isShown(_ option: (keyword: String, value: String)) -> Bool {
    let isUsual: (UInt8) -> Bool
    switch option.keyword {
    case "host", "hostaddr": isUsual = { isWord($0) || ".,:/[]%".utf8.contains($0) }
    case "port", "connect_timeout": isUsual = { (48...57).contains($0) || $0 == UInt8(ascii: ",") }
    case "dbname", "user", "sslmode", "target_session_attrs", "service", "application_name", "gssencmode",
      "channel_binding":
      isUsual = { isWord($0) || $0 == UInt8(ascii: ".") }
    default: return false
    }
    return option.value.utf8.count <= 255 && option.value.utf8.allSatisfy(isUsual)
  }

  /// What keeps options from being used, in a sentence that shows nothing of them; nil for nothing.
  ///
  /// libpq takes a URI apart at the first `@` or `/`. Where a password has one of them, its parts become a host, a port
  /// or a database, which errors show and name servers are asked for.
  static func fault(of options: [(keyword: String, value: String)], in string: String) -> String? {
    let encode = "; a password's @, / and : have to be written as %40, %2F and %3A"
    if let scheme = string.firstRange(of: "://"), string.hasPrefix("postgres") {
      let rest = string[scheme.upperBound...]
      // A question mark may be part of a password: what is behind the last @ decides where the query begins.
      let login = rest.prefix { $0 != "/" }.lastIndex(of: "@")
      let place = (login.map { rest[rest.index(after: $0)...] } ?? rest).prefix { $0 != "?" }
      let logins = rest[..<(login ?? rest.startIndex)]
      // libpq looks for the @ in the query as well, where no path is before it.
      let isInQuery = logins.contains("?") && logins.lowercased().contains("password=")
      if place.contains("@") || logins.contains("@") || isInQuery {
        return "the connection string has an extra @" + encode
      }
    }
    for (keyword, value) in options {
      switch keyword {
      case "port":
        let ports = value.split(separator: ",", omittingEmptySubsequences: false)
        guard ports.allSatisfy({ $0.isEmpty || UInt16($0).map { $0 > 0 } ?? false }) else {
          return "the connection string's port is not a number from 1 to 65535" + encode
        }
      case "host", "hostaddr":
        for host in value.split(separator: ",") {
          if let fault = fault(ofHost: host) { return "the connection string's \(keyword) \(fault)" + encode }
        }
      case "user" where value.contains("?"): return "the connection string's user has a question mark" + encode
      case "dbname" where value.contains("://") || value.contains("="):
        return "the connection string's dbname is a connection string itself"
      default:
        if let wanted = OptionValues.of(keyword), !wanted.allow(value) {
          return "the connection string's \(keyword) must be \(wanted)"
        }
      }
    }
    return nil
  }

  /// Why it is no name, no address, and not the path of a folder of sockets; `@` begins an abstract one.
  private static func fault(ofHost text: Substring) -> String? {
    if text.first == "/" { return nil }
    guard text.first == "@" else { return HostName.fault(of: text) }
    let isPlain = text.utf8.dropFirst().allSatisfy { $0 > 0x20 && $0 != 0x7f && !"@?#\"'=/".utf8.contains($0) }
    return isPlain ? nil : "is not the name of a socket"
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
    default: false
    }
  }
}
