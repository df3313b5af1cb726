import NIOCore
import TocsinCore

/// How events and messages look on the wire.
enum EventFormat: Int, Sendable, Hashable, CaseIterable {
  /// A text frame (RFC 6455, section 5.2).
  case webSocket
  /// A server-sent event (HTML Living Standard, 9.2.6).
  case serverSentEvents

  /// A message as the client gets it.
  /// - Parameters:
  ///   - type: the member `type` of the JSON
  ///   - id: the place from which a client goes on that got it; nil where it says nothing of that
  ///   - json: one line
  func encode(type: String, id: EventID?, json: some Collection<UInt8>) -> ByteBuffer {
    switch self {
    case .webSocket: return OutgoingFrame.text(Array(json))
    case .serverSentEvents:
      var buffer = ByteBuffer()
      buffer.reserveCapacity(json.count + 96)
      if let id {
        buffer.writeStaticString("id: ")
        buffer.writeString("\(id)")
        buffer.writeStaticString("\n")
      }
      buffer.writeStaticString("event: ")
      buffer.writeString(type)
      buffer.writeStaticString("\ndata: ")
      buffer.writeBytes(json)
      buffer.writeStaticString("\n\n")
      return buffer
    }
  }
}
