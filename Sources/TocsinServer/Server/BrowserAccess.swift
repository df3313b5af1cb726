import NIOHTTP1
import Support

/// Which names a node is served under, and which pages may use it.
///
/// A page of another origin cannot change anything and cannot read anything, whatever name its host resolves to: a name
/// that an attacker lets point to 127.0.0.1 (DNS rebinding) is none of the node's.
package struct BrowserAccess: Sendable, Hashable {
  /// An entry of a list that is not what it must be. Its description is a sentence for people.
  package struct MalformedEntry: Error, CustomStringConvertible {
    package let description: String
  }

  /// What becomes of a request.
  enum Verdict: Equatable {
    /// It is served. The origin, if there is one, may read the answer.
    case served(origin: String?)
    /// It asks whether that origin may send a request.
    case preflight(origin: String)
    case foreignHost
    case foreignOrigin
  }

  /// The names that the node is served under; nil: any.
  private let hosts: [Authority]?
  /// The origins that may use the node beside its own.
  private let origins: [Origin]

  /// What a node allows.
  /// - Parameters:
  ///   - hosts: the names that it is served under, those without a port with any. Nil: any name; but a node that listens
  ///     on loopback only is served under loopback's names
  ///   - origins: the origins that may use it beside its own
  ///   - address: the address that it listens on
  package init(hosts: [Authority]? = nil, origins: [Origin] = [], listeningOn address: String) {
    self.origins = origins
    if let hosts {
      self.hosts = hosts
    } else if BrowserAccess.isLoopback(address) {
      self.hosts = ["localhost", "127.0.0.1", "[::1]", address].compactMap { Authority($0) }
    } else {
      self.hosts = nil
    }
  }

  /// Reads a comma-separated list of names, each with or without a port.
  /// - Throws: the first entry that is no name
  package static func hosts(_ list: String) throws(MalformedEntry) -> [Authority] {
    var hosts: [Authority] = []
    for (number, entry) in entries(of: list) {
      guard let host = Authority(entry), host.fault == nil else {
        throw MalformedEntry(
          description: "\(name(number, entry)) is no host; write names or addresses, each with or without a port: "
            + "alerts.example.org, 10.0.0.7:8000, [::1]")
      }
      hosts.append(host)
    }
    guard !hosts.isEmpty else { throw MalformedEntry(description: "there is no host in it") }
    return hosts
  }

  /// Reads a comma-separated list of origins.
  /// - Throws: the first entry that is no origin
  package static func origins(_ list: String) throws(MalformedEntry) -> [Origin] {
    var origins: [Origin] = []
    for (number, entry) in entries(of: list) {
      guard let origin = Origin(entry), origin.authority.fault == nil else {
        throw MalformedEntry(
          description:
            "\(name(number, entry)) is no origin; write scheme, host and port, without a path and without wildcards: "
            + "https://dashboard.example.org, http://localhost:3000")
      }
      origins.append(origin)
    }
    return origins
  }

  /// The entries with their numbers, from 1; those between two commas that have nothing in them are left out.
  private static func entries(of list: String) -> [(number: Int, text: Substring)] {
    let entries = list.split(separator: ",", omittingEmptySubsequences: false).map { entry in
      var entry = entry.drop { $0.isWhitespace }
      while entry.last?.isWhitespace == true { entry.removeLast() }
      return entry
    }
    return entries.enumerated().filter { !$0.element.isEmpty }.map { ($0.offset + 1, $0.element) }
  }

  /// What a sentence about an entry begins with. Where it has a user, the password is not shown.
  private static func name(_ number: Int, _ entry: Substring) -> String {
    entry.contains("@") ? "entry \(number)" : "entry \(number), \"\(entry)\","
  }

  private static func isLoopback(_ address: String) -> Bool {
    address == "localhost" || address == "::1" || address.hasPrefix("127.")
  }

  /// Decides on a request.
  func verdict(on request: Request) -> Verdict {
    let summary = request.summary
    let host = summary.host.flatMap { Authority($0) }
    if let hosts, summary.host != nil {
      guard let host, hosts.contains(where: { $0.host == host.host && ($0.port == nil || $0.port == host.port) }) else {
        return .foreignHost
      }
    }
    guard let text = summary.origin else { return .served(origin: nil) }
    let origin = Origin(text)
    let isKnown =
      origin.map { origin in
        origins.contains { $0.isSame(as: origin) } || host.map { origin.isOwn(of: $0) } ?? false
      } ?? false
    let asks = request.head.method == .OPTIONS && summary.asksForMethod
    if isKnown { return asks ? .preflight(origin: text) : .served(origin: text) }
    return asks || request.needsKnownOrigin ? .foreignOrigin : .served(origin: nil)
  }
}

extension Request {
  /// Whether a page of another origin must not even send this: it changes something, or opens a stream. What it only
  /// reads it does not get to see.
  fileprivate var needsKnownOrigin: Bool {
    switch head.method {
    case .GET, .HEAD, .OPTIONS: summary.wantsWebSocket || isEventStream
    default: true
    }
  }
}
