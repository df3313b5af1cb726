import Glibc
import Support
import Synchronization
import Testing

@testable import PostgresClient

/// The thread of a connection: what it holds does not grow by being looked at, and what the system refuses is an error.
@Suite struct ThreadExecutorTests {
  /// A closure that each access wraps in one more thunk is called the deeper the more often it was looked at.
  @Test func theWatchedSocketsCallbackDoesNotGrow() async throws {
    let executor = try ThreadExecutor(name: "test")
    let pipe = try Pipe()
    let few = await depth(of: executor, watching: pipe, after: 10)
    let many = await depth(of: executor, watching: pipe, after: 3_000)
    #expect(few == many)
  }

  /// A chain of thunks is freed by recursion, which a thread's stack does not have the room for.
  @Test func aWatchThatWasLookedAtOftenCanBeFreed() async throws {
    let executor = try ThreadExecutor(name: "test")
    let pipe = try Pipe()
    executor.watch(pipe.reader) {}
    for _ in 0..<50_000 { await turn(executor) }
    executor.submit { executor.unwatch() }
    await turn(executor)
  }

  @Test func withoutDescriptorsThereIsNoWakeupButAnError() {
    #expect(throws: SystemError("pipe", code: EMFILE)) {
      _ = try Wakeup { _ in
        errno = EMFILE
        return -1
      }
    }
  }

  /// One piece of work on the thread, which then looks for more and finds none.
  private func turn(_ executor: ThreadExecutor) async {
    await withCheckedContinuation { continuation in executor.submit { continuation.resume() } }
  }

  /// Where the stack is when the callback runs.
  private func depth(of executor: ThreadExecutor, watching pipe: Pipe, after turns: Int) async -> UInt {
    await withCheckedContinuation { continuation in
      executor.watch(pipe.reader) {
        pipe.drain()
        var here = 0
        continuation.resume(returning: withUnsafePointer(to: &here) { UInt(bitPattern: $0) })
      }
      Task {
        for _ in 0..<turns { await turn(executor) }
        pipe.signal()
      }
    }
  }

  /// Something to watch.
  private final class Pipe: Sendable {
    let reader: Int32
    private let writer: Int32

    init() throws {
      var ends: [Int32] = [-1, -1]
      guard pipe(&ends) == 0 else { throw SystemError("pipe", code: errno) }
      (reader, writer) = (ends[0], ends[1])
    }

    deinit {
      close(reader)
      close(writer)
    }

    func signal() {
      _ = write(writer, [1], 1)
    }

    func drain() {
      var byte: UInt8 = 0
      _ = read(reader, &byte, 1)
    }
  }
}
