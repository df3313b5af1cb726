import TocsinClient
import TocsinCore
import TocsinJSON

/// Shows a stream on the console until it ends or enough was seen.
struct Watcher: Sendable {
  let stream: EventStream
  /// After how many events it ends; nil for never.
  let count: Int?
  /// Whether messages are shown as they were sent.
  let json: Bool

  func run() async throws {
    let console = Console.current
    var iterator = stream.makeAsyncIterator()
    var seen = 0
    var interrupted = false
    while let element = try await iterator.next() {
      switch element {
      case .interrupted(let reason, let delay):
        interrupted = true
        console.complain("interrupted: \(Printable.line(reason)); trying again in \(WatchLine.seconds(delay))")
      case .message(let message):
        if interrupted, case .connected = message.kind {
          interrupted = false
          console.complain("connected again")
        }
        if json { console.print(message.json.text) } else { show(message, on: console) }
        if message.eventID != nil { seen += 1 }
      }
      if let count, seen >= count { return }
    }
    if let lastEventID = iterator.lastEventID {
      console.complain("ended; to go on here: --last-event-id \(Printable.line(lastEventID))")
    }
  }

  private func show(_ message: StreamMessage, on console: Console) {
    guard let line = WatchLine(message)?.line else { return }
    switch message.kind {
    case .connected, .resumed, .error: console.complain(line.text(colors: console.showsColors, width: nil))
    default: console.show(line)
    }
  }
}
