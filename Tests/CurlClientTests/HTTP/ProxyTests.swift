import CurlClient
import Glibc
import NIOCore
import NIOHTTP1
import Testing

/// Each test is a process of its own: the environment is everybody's.
@Suite(.timeLimit(.minutes(10))) struct ProxyTests {
  @Test func theEnvironmentNamesTheProxy() async {
    await #expect(processExitsWith: .success) {
      try await WebServer.with { proxy in
        setenv("http_proxy", "http://user:secret@127.0.0.1:\(proxy.port)", 1)
        let response = try await CurlClient().send(.get("http://nowhere.invalid/status/404"))
        #expect(response.status == 404)
        let head = try #require(proxy.requests.first).head
        #expect(head.uri == "http://nowhere.invalid/status/404")
        #expect(head.headers["proxy-authorization"].count == 1)
      }
    }
  }

  @Test func whoDeniesPrivateAddressesUsesNoProxy() async {
    await #expect(processExitsWith: .success) {
      try await WebServer.with { proxy in
        setenv("http_proxy", "http://127.0.0.1:\(proxy.port)", 1)
        setenv("all_proxy", "http://127.0.0.1:\(proxy.port)", 1)
        var request = HTTPTransfer.get("http://169.254.169.254/status/200")
        request.deniesPrivateAddresses = true
        let error = try await failure { [request] in try await CurlClient().send(request) }
        // The address is the request's, not the proxy's.
        #expect(error.code == .refusedAddress && error.cause.contains("linkLocal"))
        #expect(proxy.connected.count == 0)
      }
    }
  }
}
