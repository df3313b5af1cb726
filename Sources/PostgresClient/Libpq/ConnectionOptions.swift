import CLibpq

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
}
