import HTTPTypes
import Hummingbird
import NIOCore

extension HTTPField.Name {
  /// Carries the route's template from the router to the metrics; never sent.
  static let route = HTTPField.Name("x-tocsin-route")!
}

extension Answer {
  /// This answer as Hummingbird's response.
  func response(route: String) -> Response {
    var fields = HTTPFields()
    if let contentType { fields[.contentType] = contentType }
    for (name, value) in headers {
      if let name = HTTPField.Name(name) { fields[name] = value }
    }
    fields[.route] = route
    return Response(
      status: HTTPResponse.Status(code: status), headers: fields, body: ResponseBody(byteBuffer: body))
  }

  /// A response of Hummingbird's as an answer, its body collected.
  init(_ response: Response, isHead: Bool) async throws {
    var headers: [(String, String)] = []
    for field in response.headers where field.name != .contentType && field.name != .contentLength {
      if field.name != .route { headers.append((field.name.canonicalName, field.value)) }
    }
    let collected = CollectingWriter.Bytes()
    try await response.body.write(CollectingWriter(bytes: collected))
    self.init(
      status: response.status.code, contentType: response.headers[.contentType], headers: headers,
      body: collected.buffer)
    if isHead {
      body = ByteBuffer()
      announcedLength = response.headers[.contentLength].flatMap { Int($0) }
    }
    route = response.headers[.route] ?? ""
  }
}

/// Gathers what a response writes.
private struct CollectingWriter: ResponseBodyWriter {
  final class Bytes {
    var buffer = ByteBuffer()
  }

  let bytes: Bytes

  func write(_ buffer: ByteBuffer) async throws {
    var buffer = buffer
    if bytes.buffer.readableBytes == 0 { bytes.buffer = buffer } else { bytes.buffer.writeBuffer(&buffer) }
  }

  func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
