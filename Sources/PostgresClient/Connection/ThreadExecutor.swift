import Glibc
import Support
import Synchronization

/// Runs the jobs of one actor on one thread of its own, so that the actor may block in C.
///
/// While there is nothing to do the thread also watches a socket, and so hears of a server that hangs up
/// on an idle connection.
final class ThreadExecutor: SerialExecutor {
  private let core: Core

  /// Interrupts a wait of the thread's own.
  var wakeup: Wakeup { core.wakeup }

  /// Starts the thread.
  /// - Throws: where the system has no descriptors or no thread for it
  init(name: String) throws(SystemError) {
    let core = Core(wakeup: try Wakeup())
    try SystemThread.start(name, stackSize: 1 << 20) { core.run() }
    self.core = core
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
    let watch = SocketWatch(socket: socket, onInput: onInput)
    core.watch.withLock { $0 = watch }
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

  /// A socket, and what is called when something arrives there.
  ///
  /// An object, since a closure must not be held in a generic container itself: each access to it that the compiler
  /// does not see through would wrap it in one more thunk, and the closure would grow with every statement.
  private final class SocketWatch: Sendable {
    let socket: Int32
    let onInput: @Sendable () -> Void

    init(socket: Int32, onInput: @escaping @Sendable () -> Void) {
      self.socket = socket
      self.onInput = onInput
    }
  }

  private struct Queue {
    var items: [Item] = []
    var sleeps = false
    var stopped = false
  }

  /// What thread and executor share; the thread does not hold the executor, whose end ends it.
  private final class Core: Sendable {
    let wakeup: Wakeup
    let watch = Mutex<SocketWatch?>(nil)
    private let queue = Mutex(Queue())
    private let thread = Atomic<UInt>(0)

    init(wakeup: Wakeup) {
      self.wakeup = wakeup
    }

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
        if ready, let watch = watch.withLock({ $0.take() }) { watch.onInput() }
      }
    }
  }
}
