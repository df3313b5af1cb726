import Foundation
import Synchronization

/// Runs the jobs of one actor on one thread of its own, so that the actor may block in C.
///
/// While there is nothing to do the thread also watches a socket, and so hears of a server that hangs up
/// on an idle connection.
final class ThreadExecutor: SerialExecutor {
  private let core = Core()

  /// Interrupts a wait of the thread's own.
  var wakeup: Wakeup { core.wakeup }

  /// Starts the thread.
  init(name: String) {
    let core = core
    let thread = Thread { core.run() }
    thread.name = name
    thread.stackSize = 1 << 20
    thread.start()
  }

  deinit {
    core.stop()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    core.push(.job(UnownedJob(job), self))
  }

  /// Runs a closure on the thread.
  func submit(_ work: @escaping @Sendable () -> Void) {
    core.push(.work(work))
  }

  /// Calls back on the thread when the socket becomes readable while no job is there, then forgets it.
  func watch(_ socket: Int32, _ onInput: @escaping @Sendable () -> Void) {
    core.watch.withLock { $0 = (socket, onInput) }
  }

  /// Forgets the socket; before it is closed.
  func unwatch() {
    core.watch.withLock { $0 = nil }
  }

  var isCurrentThread: Bool { core.isCurrentThread }

  func checkIsolated() {
    precondition(isCurrentThread, "not on the connection's thread")
  }

  func isIsolatingCurrentContext() -> Bool? { isCurrentThread }
}

extension ThreadExecutor {
  private enum Item: Sendable {
    /// The executor comes along: it must outlive the job, which may hold its actor's last reference.
    case job(UnownedJob, ThreadExecutor)
    case work(@Sendable () -> Void)
  }

  private struct Queue {
    var items: [Item] = []
    var sleeps = false
    var stopped = false
  }

  /// What thread and executor share; the thread does not hold the executor, whose end ends it.
  private final class Core: Sendable {
    let wakeup = Wakeup()
    let watch = Mutex<(socket: Int32, onInput: @Sendable () -> Void)?>(nil)
    private let queue = Mutex(Queue())
    private let thread = Atomic<UInt>(0)

    var isCurrentThread: Bool { thread.load(ordering: .relaxed) == pthread_self() }

    func push(_ item: Item) {
      let wake = queue.withLock { queue in
        queue.items.append(item)
        return exchange(&queue.sleeps, with: false)
      }
      if wake { wakeup.signal() }
    }

    func stop() {
      queue.withLock { $0.stopped = true }
      wakeup.signal()
    }

    func run() {
      thread.store(pthread_self(), ordering: .relaxed)
      while let items = next() {
        for item in items {
          switch item {
          case .job(let job, let executor): job.runSynchronously(on: executor.asUnownedSerialExecutor())
          case .work(let work): work()
          }
        }
      }
    }

    /// The next items, or nil at the end.
    private func next() -> [Item]? {
      while true {
        let (items, stopped) = queue.withLock { queue in
          queue.sleeps = queue.items.isEmpty
          return (exchange(&queue.items, with: []), queue.stopped)
        }
        if !items.isEmpty { return items }
        if stopped { return nil }
        let (woken, ready) = wakeup.wait(for: watch.withLock { $0?.socket ?? -1 })
        if woken { wakeup.drain() }
        if ready, let (_, onInput) = watch.withLock({ $0.take() }) { onInput() }
      }
    }
  }
}
