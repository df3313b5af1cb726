import Testing
import TocsinServer

@testable import TocsinApp

/// Hosts and origins, as they are set.
@Suite struct BrowserSettingsTests {
  private func configuration(_ environment: [String: String]) async throws -> NodeConfiguration {
    try NodeConfiguration(SettingSources(flags: [:], environment: environment, file: nil))
  }

  @Test func listsAreRead() async throws {
    let read = try await configuration([
      "TOCSIN_HOST": "0.0.0.0", "TOCSIN_HTTP_HOSTS": "alerts.example.org, 10.0.0.7:8000",
      "TOCSIN_HTTP_ORIGINS": "https://dashboard.example.org",
    ])
    let expected = BrowserAccess(
      hosts: try BrowserAccess.hosts("alerts.example.org,10.0.0.7:8000"),
      origins: try BrowserAccess.origins("https://dashboard.example.org"), listeningOn: "0.0.0.0")
    #expect(read.browsers == expected)
  }

  @Test func theDefaultDependsOnTheAddress() async throws {
    #expect(try await configuration([:]).browsers == BrowserAccess(listeningOn: "127.0.0.1"))
    #expect(try await configuration(["TOCSIN_HOST": "0.0.0.0"]).browsers == BrowserAccess(listeningOn: "0.0.0.0"))
    #expect(BrowserAccess(listeningOn: "127.0.0.1") != BrowserAccess(listeningOn: "0.0.0.0"))
  }

  @Test(arguments: [
    ("TOCSIN_HTTP_HOSTS", "a.example.org,http://b.example.org", "entry 2, \"http://b.example.org\", is no host"),
    ("TOCSIN_HTTP_HOSTS", "a,,-b", "entry 3, \"-b\", is no host"),
    ("TOCSIN_HTTP_ORIGINS", "https://u:hunter2@a.example.org", "entry 1 is no origin"),
    ("TOCSIN_HTTP_HOSTS", ",", "there is no host in it"),
    ("TOCSIN_HTTP_ORIGINS", "https://a.example.org,*", "entry 2, \"*\", is no origin"),
    ("TOCSIN_HTTP_ORIGINS", "https://a.example.org/", "entry 1, \"https://a.example.org/\", is no origin"),
  ])
  func malformedEntriesAreRefusedByName(variable: String, value: String, reason: String) async throws {
    let error = await #expect(throws: ConfigurationError.self) { _ = try await configuration([variable: value]) }
    let text = try #require(error).description
    #expect(text.hasPrefix("\(variable): \(reason)"), "\(text)")
  }
}
