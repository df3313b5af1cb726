import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Asks a node whether it is ready.
enum HealthProbe {
  static func isReady(_ address: String) async -> Bool {
    guard let response = try? await HTTPClient.shared.execute(HTTPClientRequest(url: address), timeout: .seconds(2))
    else { return false }
    return response.status == .ok
  }
}
