import Foundation
import Testing

@testable import Support

@Suite struct SystemThreadTests {
  @Test func aThreadRunsItsWorkUnderItsName() async throws {
    let name = await withCheckedContinuation { continuation in
      do {
        try SystemThread.start("a name that is long", stackSize: 1 << 18) {
          let name = try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
          continuation.resume(returning: name)
        }
      } catch {
        continuation.resume(returning: "\(error)")
      }
    }
    #expect(name == "a name that is \n")
  }

  @Test func aThreadThatTheSystemRefusesIsAnError() {
    let error = #expect(throws: SystemError.self) {
      try SystemThread.start("large", stackSize: 1 << 60) { Issue.record("it ran") }
    }
    #expect(error?.call == "pthread_create")
  }

  @Test func anErrorSaysWhatWasCalledAndWhy() {
    #expect(SystemError("pipe", code: EMFILE).description == "pipe: Too many open files")
  }
}
