import CurlClient
import TocsinCore
import TocsinJSON

extension HTTPTransfer {
  /// A POST of JSON.
  static func post(_ url: String, _ body: [UInt8], headers: [Header] = []) -> HTTPTransfer {
    let own = [Header("Content-Type", "application/json"), Header("User-Agent", "tocsin/\(TocsinRelease.version)")]
    return HTTPTransfer("POST", url, headers: own + headers, body: body)
  }
}

extension HTTPResponse {
  /// The body as a JSON object, if it is a small one.
  var object: JSONObject? {
    guard body.count <= 64 << 10 else { return nil }
    return (try? JSON(parsing: body))?.object
  }
}
