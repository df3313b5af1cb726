import CLibcurl
import Support
import Synchronization

/// The thread that owns libcurl's multi handle: runs all HTTP transfers, and directs the lanes of the mails.
final class LoopThread {
  private let multi: MultiHandle.Shared
  private let mailbox: Mailbox
  private let authorities: Authorities
  private var machine: LoopStateMachine<MailRoute>
  private var jobs: [UInt64: Job] = [:]
  private var running: [UInt64: HTTPRun] = [:]
  private var lanes: [MailLane] = []
  /// What a lane brought, for as long as the state machine decides on it.
  private var brought: [UInt64: Exchange] = [:]
  private var spectators: [CheckedContinuation<Void, Never>] = []
  private var isFinished = false

  private init(multi: MultiHandle.Shared, mailbox: Mailbox, configuration: CurlConfiguration) {
    self.multi = multi
    self.mailbox = mailbox
    authorities = Authorities(configuration)
    machine = LoopStateMachine(
      laneLimit: configuration.maximumMailTransfers, routeLimit: configuration.maximumMailTransfersPerServer)
  }

  /// Starts the thread.
  /// - Returns: the way to talk to it
  /// - Throws: where the system has no thread or no memory for it
  static func start(_ configuration: CurlConfiguration) throws(CurlError) -> Mailbox {
    do {
      let mailbox = Mailbox(try MultiHandle.Shared(configuration))
      try SystemThread.startWithoutPipeSignal("curl") {
        // The thread's objects, and all connections with them, are gone when this returns.
        for spectator in run(mailbox, configuration) { spectator.resume() }
      }
      return mailbox
    } catch let error as CurlFailure {
      throw CurlError(.couldNotStart, error.result.explanation)
    } catch {
      throw CurlError(.couldNotStart, "\(error)")
    }
  }

  private static func run(
    _ mailbox: Mailbox, _ configuration: CurlConfiguration
  ) -> [CheckedContinuation<Void, Never>] {
    guard let multi = mailbox.multi else { return [] }
    return LoopThread(multi: multi, mailbox: mailbox, configuration: configuration).run()
  }

  /// Runs until the state machine says that all is over.
  /// - Returns: who waited for that
  private func run() -> [CheckedContinuation<Void, Never>] {
    while !isFinished {
      for event in mailbox.take() { handle(event) }
      perform(machine.expire(now: .now))
      multi.handle.perform()
      while let (id, result) = multi.handle.nextEnded() { ended(id, result) }
      if !isFinished { multi.handle.wait(until: machine.wakeUp) }
    }
    for event in mailbox.close() { handle(event) }
    return spectators
  }

  private func handle(_ event: Mailbox.Event) {
    switch event {
    case .submitted(let job):
      jobs[job.id] = job
      switch job.work {
      case .http: perform(machine.submitHTTP(job.id, deadline: job.deadline))
      case .mail(let mail): perform(machine.submitMail(job.id, route: MailRoute(mail), deadline: job.deadline))
      }
    case .cancelled(let id): perform(machine.cancel(id))
    case .mailEnded(let id, let lane, let exchange):
      brought[id] = exchange
      perform(machine.endedMail(id, lane: lane))
      brought[id] = nil
    case .laneEnded(let lane): perform(machine.endedLane(lane))
    case .shutDown(let deadline): perform(machine.shutDown(by: deadline))
    case .abort: perform(machine.abort())
    case .awaitEnd(let spectator): spectators.append(spectator)
    }
  }

  private func perform(_ actions: [LoopStateMachine<MailRoute>.Action]) {
    for action in actions {
      switch action {
      case .startHTTP(let id): startHTTP(id)
      case .startMail(let id, let lane): startMail(id, lane)
      case .refuse(let id, let ending): answer(id, Exchange(ending))
      case .stopHTTP(let id, let ending): if let run = removeRun(id) { answer(id, run.exchange(ending)) }
      case .stopMail(let id, let lane, let ending):
        if let job = jobs[id] { lanes[lane].interrupt(job.progress) }
        answer(id, Exchange(ending))
      case .deliver(let id): if let exchange = brought[id] { answer(id, exchange) }
      case .endLane(let lane): lanes[lane].end()
      case .interruptLane(let lane): lanes[lane].interrupt(nil)
      case .finish: isFinished = true
      }
    }
  }

  private func startHTTP(_ id: UInt64) {
    guard let job = jobs[id], case .http(let request) = job.work else { return }
    let run: HTTPRun
    do throws(CurlFailure) {
      run = try HTTPRun(id, request, authorities, job.progress)
      try multi.handle.add(run.easy)
    } catch {
      answer(id, Exchange(Exchange.Ending(error)))
      return perform(machine.endedHTTP(id))
    }
    running[id] = run
  }

  private func startMail(_ id: UInt64, _ number: Int) {
    guard let job = jobs[id], case .mail(let mail) = job.work else { return }
    if number == lanes.count { lanes.append(MailLane(number, authorities, reportsTo: mailbox)) }
    lanes[number].start(id, mail, job.progress)
  }

  /// A transfer has ended by itself.
  private func ended(_ id: UInt64, _ result: CURLcode) {
    guard let run = removeRun(id) else { return }
    answer(id, run.exchange(.result(result)))
    perform(machine.endedHTTP(id))
  }

  private func removeRun(_ id: UInt64) -> HTTPRun? {
    guard let run = running.removeValue(forKey: id) else { return nil }
    multi.handle.remove(run.easy)
    return run
  }

  private func answer(_ id: UInt64, _ exchange: Exchange) {
    guard let job = jobs.removeValue(forKey: id) else { return }
    var exchange = exchange
    exchange.mayHaveBeenSent = job.progress.mayHaveBeenSent.load(ordering: .acquiring)
    job.waiter.resume(returning: exchange)
  }
}
