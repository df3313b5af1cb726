import NIOCore
import NIOEmbedded

@testable import TocsinServer

/// A connection whose client is the test.
struct TestConnection {
  let channel = NIOAsyncTestingChannel()

  init(_ server: FakeResponder, _ configuration: ServerConfiguration = ServerConfiguration()) async throws {
    let channel = channel
    let shared = server.shared(configuration)
    try await channel.testingEventLoop.executeInContext {
      try ConnectionChannel.addHandlers(to: channel, shared) {}
    }
    try await channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1)).get()
  }

  /// Sends bytes.
  func send(_ text: String) async throws {
    try await channel.writeInbound(ByteBuffer(string: text))
  }

  /// What arrives, until it ends with that text; dates are left out.
  func receive(until end: String) async throws -> String {
    var text = ""
    while !text.hasSuffix(end) {
      text += String(buffer: try await channel.waitForOutboundWrite(as: ByteBuffer.self))
    }
    return text.withoutDates
  }

  /// Everything that arrives until the connection is closed.
  func receiveAll() async throws -> String {
    try await channel.closeFuture.get()
    var text = ""
    while let bytes = try await channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: bytes) }
    return text.withoutDates
  }
}

extension String {
  fileprivate var withoutDates: String {
    replacing(/date: [^\r]*\r\n/, with: "").replacing(/x-request-id: [0-9a-f]{16}\r\n/, with: "")
  }

  /// The lines as HTTP writes them.
  var http: String { replacing("\n", with: "\r\n") }
}
