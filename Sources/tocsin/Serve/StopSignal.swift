import Dispatch
import Foundation
import Synchronization

/// SIGINT and SIGTERM, as something to wait for.
struct StopSignal {
  private final class Flag: Sendable {
    let isSet = Atomic(false)
  }

  private let signals: AsyncStream<Void>
  private let sources: [any DispatchSourceSignal]
  private let flag = Flag()

  /// From now on neither signal ends the process by itself.
  init() {
    let (signals, continuation) = AsyncStream.makeStream(of: Void.self)
    self.signals = signals
    sources = [SIGINT, SIGTERM].map { [flag] number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        flag.isSet.store(true, ordering: .relaxed)
        continuation.yield()
      }
      source.resume()
      return source
    }
  }

  /// Whether one of them came.
  var wasSent: Bool { flag.isSet.load(ordering: .relaxed) }

  /// Waits for the first of them.
  func wait() async {
    for await _ in signals { return }
  }
}
