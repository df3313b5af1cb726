import NIOHTTP1
import Testing

@testable import TocsinServer

/// Under which names a node is served, and to which pages.
@Suite struct BrowserAccessTests {
  private static func request(
    _ method: HTTPMethod = .GET, _ uri: String = "/api/alerts", host: String? = "localhost:8000", origin: String? = nil,
    _ fields: [(String, String)] = []
  ) -> Request {
    var headers = HTTPHeaders(fields)
    if let host { headers.add(name: "Host", value: host) }
    if let origin { headers.add(name: "Origin", value: origin) }
    return Request(test: method, uri, headers: headers)
  }

  @Test(arguments: [
    ("localhost", true), ("localhost:8000", true), ("LocalHost:1", true), ("localhost.", true),
    ("127.0.0.1:8000", true),
    ("[::1]:8000", true), ("[::1]", true), ("evil.example.org", false), ("evil.example.org:8000", false),
    ("localhost.evil.example.org", false), ("127.0.0.2", false), ("", false), ("localhost:x", false), ("::1", false),
    ("localhost:0", false), ("localhost:65536", false), ("user@localhost", false), ("localhost/", false),
  ])
  func loopbackIsServedUnderItsOwnNamesOnly(host: String, isServed: Bool) {
    let access = BrowserAccess(listeningOn: "127.0.0.1")
    let verdict = access.verdict(on: Self.request(host: host))
    #expect(verdict == (isServed ? .served(origin: nil) : .foreignHost))
  }

  @Test func otherNodesAreServedUnderAnyNameUnlessTheNamesAreListed() throws {
    let open = BrowserAccess(listeningOn: "0.0.0.0")
    #expect(open.verdict(on: Self.request(host: "any.example.org")) == .served(origin: nil))
    #expect(open.verdict(on: Self.request(host: nil)) == .served(origin: nil))
    let hosts = try BrowserAccess.hosts(" alerts.example.org, 10.0.0.7:8000 ,[fe80::1]")
    let listed = BrowserAccess(hosts: hosts, listeningOn: "0.0.0.0")
    for host in ["alerts.example.org", "alerts.example.org:443", "10.0.0.7:8000", "[FE80::1]:9"] {
      #expect(listed.verdict(on: Self.request(host: host)) == .served(origin: nil))
    }
    for host in ["10.0.0.7", "10.0.0.7:8001", "localhost", "x.alerts.example.org"] {
      #expect(listed.verdict(on: Self.request(host: host)) == .foreignHost)
    }
  }

  @Test(arguments: [
    ("http://localhost:8000", true), ("https://localhost:8000", true), ("HTTP://LOCALHOST:8000", true),
    ("http://localhost", false), ("http://localhost:3000", false), ("http://evil.example.org", false), ("null", false),
    ("", false), ("http://localhost:8000/", false), ("http://localhost:8000.evil.example.org", false),
    ("localhost:8000", false),
  ])
  func aPageOfTheNodeIsItsOwn(origin: String, isOwn: Bool) {
    let access = BrowserAccess(listeningOn: "127.0.0.1")
    for method in [HTTPMethod.POST, .PUT, .DELETE, .PATCH] {
      #expect(
        access.verdict(on: Self.request(method, origin: origin)) == (isOwn ? .served(origin: origin) : .foreignOrigin))
    }
    // What only reads is answered; the page does not get to see it.
    #expect(access.verdict(on: Self.request(origin: origin)) == .served(origin: isOwn ? origin : nil))
  }

  @Test func portsThatASchemeImpliesAreTheSame() {
    let access = BrowserAccess(listeningOn: "0.0.0.0")
    func verdict(_ host: String, _ origin: String) -> BrowserAccess.Verdict {
      access.verdict(on: Self.request(.POST, host: host, origin: origin))
    }
    #expect(verdict("a.example.org", "https://a.example.org") == .served(origin: "https://a.example.org"))
    #expect(verdict("a.example.org:443", "https://a.example.org") == .served(origin: "https://a.example.org"))
    #expect(verdict("a.example.org:80", "https://a.example.org") == .foreignOrigin)
  }

  @Test func listedOriginsMayUseTheNode() throws {
    let origins = try BrowserAccess.origins("https://dashboard.example.org, http://localhost:3000")
    let access = BrowserAccess(origins: origins, listeningOn: "0.0.0.0")
    for origin in ["https://dashboard.example.org", "https://dashboard.example.org:443", "http://localhost:3000"] {
      #expect(access.verdict(on: Self.request(.POST, origin: origin)) == .served(origin: origin))
    }
    for origin in ["http://dashboard.example.org", "https://x.dashboard.example.org", "http://localhost:3001"] {
      #expect(access.verdict(on: Self.request(.POST, origin: origin)) == .foreignOrigin)
    }
  }

  @Test func streamsAndPreflightsNeedAKnownOrigin() {
    let access = BrowserAccess(listeningOn: "127.0.0.1")
    let upgrade = [("Connection", "Upgrade"), ("Upgrade", "websocket")]
    let foreign = "http://evil.example.org"
    let own = "http://localhost:8000"
    #expect(access.verdict(on: Self.request(.GET, "/ws/alerts", origin: foreign, upgrade)) == .foreignOrigin)
    #expect(access.verdict(on: Self.request(.GET, "/ws/alerts", origin: own, upgrade)) == .served(origin: own))
    #expect(access.verdict(on: Self.request(.GET, "/ws/alerts", upgrade)) == .served(origin: nil))
    #expect(access.verdict(on: Self.request(.GET, "/api/alerts/stream?x", origin: foreign)) == .foreignOrigin)
    let asks = [("Access-Control-Request-Method", "PUT")]
    #expect(access.verdict(on: Self.request(.OPTIONS, origin: foreign, asks)) == .foreignOrigin)
    #expect(access.verdict(on: Self.request(.OPTIONS, origin: own, asks)) == .preflight(origin: own))
    let two = [("Origin", own)]
    #expect(access.verdict(on: Self.request(.POST, origin: own, two)) == .foreignOrigin)
  }

  @Test(arguments: [
    "*", "https://*.example.org", "dashboard.example.org", "https://a.example.org/", "https://a.example.org/x", "null",
    "https://", "https://a b",
  ])
  func malformedOriginsAreNamed(entry: String) {
    let error = #expect(throws: BrowserAccess.MalformedEntry.self) {
      try BrowserAccess.origins("https://fine.example.org,\(entry)")
    }
    #expect(error?.description.hasPrefix("entry 2, \"\(entry)\", is no origin; write scheme, host and port") == true)
  }

  @Test(arguments: ["http://a.example.org", "a.example.org/x", "*", "a:b", "[::1", "a b"])
  func malformedHostsAreNamed(entry: String) {
    let error = #expect(throws: BrowserAccess.MalformedEntry.self) { try BrowserAccess.hosts("localhost,\(entry)") }
    #expect(error?.description.hasPrefix("entry 2, \"\(entry)\", is no host; write names or addresses") == true)
  }

  @Test func aListWithoutHostsIsRefused() {
    #expect(throws: BrowserAccess.MalformedEntry.self) { try BrowserAccess.hosts(" , ") }
  }
}
