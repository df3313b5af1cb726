package import NIOCore
package import NIOHTTP1
import TocsinCore

extension WebSocketHub: WebSocketAcceptor {
  package func adopt(channel: any Channel, head: HTTPRequestHead) -> EventLoopFuture<Void> {
    adopt(channel: channel, head: head, tenant: .standard)
  }
}
