import Crypto
import FoundationEssentials
import TocsinCore

/// A webhook's signature as Standard Webhooks has it: HMAC-SHA256 over `id.timestamp.body`.
enum WebhookSignature {
  /// The header's value: for each secret `v1,` and a base64 text, separated by spaces.
  /// - Parameter timestamp: whole seconds since 1970
  static func header(id: String, timestamp: Int64, body: [UInt8], secrets: [SigningSecret]) -> String {
    let content = Array("\(id).\(timestamp).".utf8) + body
    return secrets.map { secret in
      let code = HMAC<SHA256>.authenticationCode(for: content, using: SymmetricKey(data: secret.key))
      return "v1," + Data(code).base64EncodedString()
    }.joined(separator: " ")
  }
}
