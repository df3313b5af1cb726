import NIOCore
import NIOHTTP1
import NIOHTTPCompression

/// Unpacks the body of a request that came with `Content-Encoding: gzip` or `deflate`.
///
/// NIO's decompressor is a handler; it is in the pipeline only while such a body is unpacked, so that all other requests
/// cost what they did without it.
struct BodyInflater {
  /// How many bytes the body may have when it is unpacked.
  let limit: Int

  /// How much is unpacked before it is looked at how much that gave.
  private static let step = 4096

  /// Unpacks.
  /// - Parameters:
  ///   - coding: `gzip` or `deflate`
  ///   - context: that of a handler with nothing behind it
  /// - Throws: 413 where there would be more than ``limit`` bytes, 400 where it is not well-formed
  func inflate(
    _ body: ByteBuffer, _ coding: HeaderSummary.Coding, behind context: ChannelHandlerContext
  ) throws(Problem) -> ByteBuffer {
    let pipeline = context.pipeline.syncOperations
    let decompressor = NIOHTTPRequestDecompressor(limit: .size(limit))
    let collector = InflatedBody(limit: limit)
    do {
      try pipeline.addHandlers([decompressor, collector], position: .last)
    } catch {
      throw Problem(500, "an internal error happened")
    }
    defer {
      pipeline.removeHandler(decompressor, promise: nil)
      pipeline.removeHandler(collector, promise: nil)
    }
    let head = HTTPRequestHead(
      version: .http1_1, method: .POST, uri: "/", headers: ["content-encoding": coding.rawValue])
    var rest = body
    context.fireChannelRead(NIOAny(HTTPServerRequestPart.head(head)))
    while collector.error == nil, rest.readableBytes > 0,
      let part = rest.readSlice(length: min(rest.readableBytes, BodyInflater.step))
    {
      context.fireChannelRead(NIOAny(HTTPServerRequestPart.body(part)))
    }
    if collector.error == nil { context.fireChannelRead(NIOAny(HTTPServerRequestPart.end(nil))) }
    guard let error = collector.error else { return collector.bytes }
    throw problem(error, coding)
  }

  private func problem(_ error: any Error, _ coding: HeaderSummary.Coding) -> Problem {
    if case NIOHTTPDecompression.DecompressionError.limit = error {
      return Problem(413, "the body has more than \(limit) bytes when it is unpacked")
    }
    let reason =
      switch error as? NIOHTTPDecompression.ExtraDecompressionError {
      case .some(.truncatedData): ": it ends too early"
      case .some(.invalidTrailingData):
        coding == .gzip
          ? ": there are bytes behind the end of its first member; pack the whole body as one member"
          : ": there are bytes behind its end"
      default: ""
      }
    return Problem(400, "the body is not well-formed \(coding.rawValue)\(reason)")
  }
}

/// Gathers what the decompressor passes on.
private final class InflatedBody: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart

  private let limit: Int
  private(set) var bytes = ByteBuffer()
  private(set) var error: (any Error)?

  init(limit: Int) {
    self.limit = limit
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard error == nil, case .body(var part) = unwrapInboundIn(data) else { return }
    guard bytes.readableBytes + part.readableBytes <= limit else {
      error = NIOHTTPDecompression.DecompressionError.limit
      return
    }
    bytes.writeBuffer(&part)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    self.error = self.error ?? error
  }
}

extension Problem {
  /// A body that is packed in another way.
  static let unknownCoding: Problem = {
    var problem = Problem(
      415, "the body's Content-Encoding is not known here; send it as gzip, as deflate, or unpacked")
    problem.headers = [("accept-encoding", "gzip, deflate")]
    return problem
  }()
}
