public import NIOCore
public import NIOHTTP1
import TocsinCore

extension WebSocketHub: WebSocketAcceptor {
  public func adopt(channel: any Channel, head: HTTPRequestHead) -> EventLoopFuture<Void> {
    adopt(channel: channel, head: head, tenant: .standard)
  }
}
