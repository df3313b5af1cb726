package import NIOCore

/// Runs tasks on an event loop: what begins and ends there needs no other thread in between.
///
/// Only for work that does little at a time and never blocks.
package final class LoopTaskExecutor: TaskExecutor {
  private let loop: any EventLoop

  /// An executor on that loop.
  package init(_ loop: any EventLoop) {
    self.loop = loop
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
