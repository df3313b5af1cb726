import NIOCore
import NIOHTTP1

/// Where the response to a request goes: once, from any thread. Nothing happens where the client is gone by then.
struct Reply: Sendable {
  private let connection: NIOLoopBound<HTTPConnectionHandler>
  private let call: HTTPConnectionHandler.Call

  /// The reply to a call that the connection has begun.
  init(_ call: HTTPConnectionHandler.Call, on connection: HTTPConnectionHandler, _ loop: any EventLoop) {
    self.call = call
    self.connection = NIOLoopBound(connection, eventLoop: loop)
  }

  /// Runs tasks on the connection's loop: for work that mostly waits.
  var executor: any TaskExecutor { LoopTaskExecutor(connection.eventLoop) }

  /// Sends a response.
  /// - Parameter make: makes it, on the connection's loop
  func send(_ make: @escaping @Sendable () -> Response) {
    connection.eventLoop.execute { connection.value.finish(make(), of: call) }
  }

  /// Sends the response that a task makes: the one place where a request becomes a task.
  func send(awaiting make: @escaping @Sendable () async -> Response) {
    connection.eventLoop.makeFutureWithTask(make).whenSuccess { response in
      connection.value.finish(response, of: call)
    }
  }
}
