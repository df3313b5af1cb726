import NIOCore
import NIOHTTP1
import Synchronization

/// Keeps what arrived.
final class Recorder: Sendable {
  let streams = Mutex<[any Channel]>([])
  let requests = Mutex<[FakeServer.Request]>([])

  func record(_ head: HTTPRequestHead, body: String) -> FakeServer.Request {
    let headers = Dictionary(head.headers.map { ($0.name.lowercased(), $0.value) }) { _, last in last }
    return requests.withLock { requests in
      let request = FakeServer.Request(
        number: requests.count, method: head.method.rawValue, target: head.uri, headers: headers, body: body)
      requests.append(request)
      return request
    }
  }
}
