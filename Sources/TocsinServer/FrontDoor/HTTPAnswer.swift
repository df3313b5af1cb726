import NIOCore
import NIOHTTP1

/// A whole response, before it is known what happens to the connection.
struct HTTPAnswer: Sendable {
  var status: Int
  var contentType: String?
  /// Further fields, lower case names.
  var headers: [(String, String)]
  var body: ByteBuffer
  /// What to announce where the body itself is left out (`HEAD`).
  var announcedLength: Int?
  /// The route's template, for metrics and the access log.
  var route = ""

  init(
    status: Int = 200, contentType: String? = "application/json", headers: [(String, String)] = [], body: ByteBuffer
  ) {
    self.status = status
    self.contentType = contentType
    self.headers = headers
    self.body = body
  }

  init(status: Int = 200, contentType: String = "application/json", headers: [(String, String)] = [], bytes: [UInt8]) {
    self.init(status: status, contentType: contentType, headers: headers, body: ByteBuffer(bytes: bytes))
  }

  /// How many bytes the body has.
  enum Length: Hashable {
    case known
    /// It comes in chunks (RFC 9112, 7.1).
    case chunked
    /// It ends with the connection.
    case untilClose
  }

  /// The bytes on the wire.
  /// - Parameter id: names the request; nil only where a test wants none
  func encoded(
    _ persistence: HTTPConnectionStateMachine.Persistence, date: String, id: RequestID?, length: Length = .known
  ) -> ByteBuffer {
    var buffer = ByteBuffer()
    buffer.reserveCapacity(256 + body.readableBytes)
    buffer.writeStaticString("HTTP/1.1 ")
    buffer.writeString(String(status))
    buffer.writeStaticString(" ")
    buffer.writeString(HTTPResponseStatus(statusCode: status).reasonPhrase)
    if let contentType { buffer.writeField("content-type", contentType) }
    switch length {
    case .known where status == 204 || status == 304: break
    case .known: buffer.writeField("content-length", String(announcedLength ?? body.readableBytes))
    case .chunked: buffer.writeField("transfer-encoding", "chunked")
    case .untilClose: break
    }
    buffer.writeField("date", date)
    for (name, value) in headers { buffer.writeField(name, value) }
    switch persistence {
    case .persistent: break
    case .keptAlive: buffer.writeField("connection", "keep-alive")
    case .closing: buffer.writeField("connection", "close")
    }
    if let id {
      buffer.writeStaticString("\r\nx-request-id: ")
      id.write(to: &buffer)
    }
    buffer.writeStaticString("\r\n\r\n")
    buffer.writeImmutableBuffer(body)
    return buffer
  }
}

extension ByteBuffer {
  fileprivate mutating func writeField(_ name: String, _ value: String) {
    writeStaticString("\r\n")
    writeString(name)
    writeStaticString(": ")
    writeString(value)
  }
}
