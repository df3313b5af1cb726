import Support

extension RedisConfiguration {
  /// Reads a URL.
  ///
  /// `redis://[[user][:password]@]host[:port][/database]`, `rediss://…` for TLS, or
  /// `unix://[[user][:password]@]/path.sock[?db=database]`. User, password and path may be percent-encoded.
  /// - Throws: ``RedisError/Code/invalidURL``; the message does not repeat the URL, which may hold a password
  package init(url: String) throws(RedisError) {
    guard let separator = url.firstRange(of: "://") else { throw .invalid("it has no scheme") }
    let scheme = url[..<separator.lowerBound].lowercased()
    guard ["redis", "rediss", "unix"].contains(scheme) else {
      throw .invalid("the scheme is not redis, rediss or unix")
    }
    var rest = url[separator.upperBound...]
    guard !rest.contains("#") else { throw .invalid("it has a fragment; write # in a password as %23") }
    let query = rest.cut(at: "?")
    var place = rest
    let path = place.cut(at: "/")
    self.init()
    if let at = place.lastIndex(of: "@") {
      try logIn(place[..<at])
      place = place[place.index(after: at)...]
    }
    if scheme == "unix" {
      guard place.isEmpty, let path, !path.isEmpty else { throw .invalid("a unix URL needs an absolute path") }
      unixSocketPath = try "/" + decoded(path)
      if let query {
        guard query.hasPrefix("db=") else { throw .invalid("the only query that it may have is db=NUMBER") }
        database = try number(query.dropFirst(3), "the database", 0...Int.max)
      }
      return
    }
    guard query == nil else { throw .invalid("it has a query") }
    if scheme == "rediss" { tls = TLS() }
    try locate(place)
    if let path, !path.isEmpty { database = try number(path, "the database", 0...Int.max) }
  }

  private mutating func logIn(_ text: Substring) throws(RedisError) {
    var user = text
    if let secret = user.cut(at: ":") { password = try decoded(secret) }
    if !user.isEmpty {
      username = try decoded(user)
      password = password ?? ""
    }
    if username == nil, password == "" { password = nil }
  }

  private mutating func locate(_ text: Substring) throws(RedisError) {
    var name = text
    var digits: Substring?
    if name.first == "[" {
      guard let end = name.firstIndex(of: "]") else { throw .invalid("the address has no closing bracket") }
      let after = name[name.index(after: end)...]
      guard after.isEmpty || after.first == ":" else { throw .invalid("something follows the address") }
      digits = after.isEmpty ? nil : after.dropFirst()
      name = name[name.index(after: name.startIndex)..<end]
    } else {
      digits = name.cut(at: ":")
    }
    guard !name.isEmpty else { throw .invalid("it has no host") }
    host = try decoded(name)
    if let fault = HostName.fault(of: host) { throw .invalid("its host name \(fault)") }
    if let digits { port = try number(digits, "the port", 1...65535) }
  }
}

private func number(_ text: Substring, _ name: String, _ range: ClosedRange<Int>) throws(RedisError) -> Int {
  guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text), range.contains(number) else {
    throw .invalid("\(name) is not a number that it may be")
  }
  return number
}

private func decoded(_ text: Substring) throws(RedisError) -> String {
  guard let decoded = PercentCoding.decode(text) else {
    throw .invalid("a percent sign is not followed by two hexadecimal digits, or it is not UTF-8")
  }
  return decoded
}

extension RedisError {
  fileprivate static func invalid(_ reason: String) -> RedisError {
    RedisError(.invalidURL, "not a URL of a Redis server: \(reason)")
  }
}

extension Substring {
  /// Shortens this text to what stands before the separator and answers what stands after it.
  fileprivate mutating func cut(at separator: Character) -> Substring? {
    guard let index = firstIndex(of: separator) else { return nil }
    defer { self = self[..<index] }
    return self[self.index(after: index)...]
  }
}
