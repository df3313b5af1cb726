/// Which transfer runs where, which waits, and when all is over. Decides; ``LoopThread`` acts.
///
/// An HTTP transfer begins at once: libcurl itself queues what exceeds the connections. A mail needs a lane, which
/// carries one at a time; a lane that has a connection to the mail's server goes before others.
struct LoopStateMachine<Route: Hashable> {
  typealias ID = UInt64
  typealias Instant = ContinuousClock.Instant

  /// What the thread does next.
  enum Action: Equatable {
    case startHTTP(ID)
    /// The lane is a new one if its number is.
    case startMail(ID, lane: Int)
    /// The task is told; the transfer had not begun.
    case refuse(ID, Exchange.Ending)
    /// The transfer is taken from libcurl, and the task is told.
    case stopHTTP(ID, Exchange.Ending)
    /// The task is told, and the lane is made to give up what it does.
    case stopMail(ID, lane: Int, Exchange.Ending)
    /// What the lane brought goes to the task.
    case deliver(ID)
    /// The lane closes its connection and ends when it has nothing more to do.
    case endLane(Int)
    /// The lane must not wait for anything any more.
    case interruptLane(Int)
    /// The thread ends.
    case finish
  }

  private enum Phase {
    case open, draining, aborting, finished
  }

  private struct Lane {
    enum State: Equatable {
      case idle, ending, ended
      /// Nil when the task has its answer and the lane is still giving up.
      case busy(ID?)
    }

    var state: State
    var route: Route

    var isBusy: Bool {
      if case .busy = state { true } else { false }
    }
  }

  private struct Waiting {
    let id: ID
    let route: Route
  }

  private let laneLimit: Int
  private let routeLimit: Int
  private var phase = Phase.open
  private var http: Set<ID> = []
  private var waiting: [Waiting] = []
  private var lanes: [Lane] = []
  private var deadlines: [ID: Instant] = [:]
  private var drainDeadline: Instant?
  /// No deadline is earlier than this one; it may be that of a transfer that has ended.
  private var earliest: Instant?

  /// - Parameters:
  ///   - laneLimit: how many lanes there may be
  ///   - routeLimit: how many of them may serve one route at the same time
  init(laneLimit: Int, routeLimit: Int) {
    self.laneLimit = max(1, laneLimit)
    self.routeLimit = max(1, routeLimit)
  }

  /// When ``expire(now:)`` is to be called at the latest.
  var wakeUp: Instant? { [earliest, drainDeadline].compactMap(\.self).min() }

  // MARK: Transfers come

  mutating func submitHTTP(_ id: ID, deadline: Instant) -> [Action] {
    guard phase == .open else { return [.refuse(id, .closed)] }
    note(id, deadline)
    http.insert(id)
    return [.startHTTP(id)]
  }

  mutating func submitMail(_ id: ID, route: Route, deadline: Instant) -> [Action] {
    guard phase == .open else { return [.refuse(id, .closed)] }
    note(id, deadline)
    waiting.append(Waiting(id: id, route: route))
    return assign()
  }

  // MARK: Transfers end

  mutating func endedHTTP(_ id: ID) -> [Action] {
    guard http.remove(id) != nil else { return [] }
    deadlines[id] = nil
    return settle()
  }

  mutating func endedMail(_ id: ID, lane: Int) -> [Action] {
    guard case .busy(let current) = lanes[lane].state else { return [] }
    lanes[lane].state = .idle
    deadlines[id] = nil
    return (current == id ? [.deliver(id)] : []) + assign() + settle()
  }

  mutating func endedLane(_ lane: Int) -> [Action] {
    lanes[lane].state = .ended
    return settle()
  }

  mutating func cancel(_ id: ID) -> [Action] {
    end(id, .cancelled) + assign() + settle()
  }

  mutating func expire(now: Instant) -> [Action] {
    var actions: [Action] = []
    if let earliest, earliest <= now {
      for id in deadlines.filter({ $0.value <= now }).keys.sorted() { actions += end(id, .expired) }
      self.earliest = deadlines.values.min()
      actions += assign() + settle()
    }
    if let drainDeadline, drainDeadline <= now { actions += abort() }
    return actions
  }

  // MARK: The end of all

  /// Takes no more transfers, and finishes when those under way and in line have ended.
  /// - Parameter deadline: when they are aborted
  mutating func shutDown(by deadline: Instant) -> [Action] {
    guard phase == .open else { return [] }
    phase = .draining
    drainDeadline = deadline
    return settle()
  }

  /// Ends all transfers, and finishes as soon as the lanes have ended.
  mutating func abort() -> [Action] {
    guard phase == .open || phase == .draining else { return [] }
    phase = .aborting
    drainDeadline = nil
    var actions = deadlines.keys.sorted().flatMap { end($0, .closed) }
    actions += lanes.indices.filter { lanes[$0].state != .ended }.map { .interruptLane($0) }
    return actions + settle()
  }

  // MARK: Parts

  private mutating func note(_ id: ID, _ deadline: Instant) {
    deadlines[id] = deadline
    earliest = min(earliest ?? deadline, deadline)
  }

  /// Answers a transfer's task, wherever the transfer is.
  private mutating func end(_ id: ID, _ ending: Exchange.Ending) -> [Action] {
    guard deadlines.removeValue(forKey: id) != nil else { return [] }
    if http.remove(id) != nil { return [.stopHTTP(id, ending)] }
    if let index = waiting.firstIndex(where: { $0.id == id }) {
      waiting.remove(at: index)
      return [.refuse(id, ending)]
    }
    guard let lane = lanes.firstIndex(where: { $0.state == .busy(id) }) else { return [] }
    lanes[lane].state = .busy(nil)
    return [.stopMail(id, lane: lane, ending)]
  }

  /// Gives waiting mails to lanes, in their order, passing over those whose server has enough of them.
  private mutating func assign() -> [Action] {
    var actions: [Action] = []
    var index = 0
    while index < waiting.count {
      let mail = waiting[index]
      let isServed = lanes.count { $0.route == mail.route && $0.isBusy } < routeLimit
      if isServed, let lane = lane(for: mail.route) {
        waiting.remove(at: index)
        lanes[lane].state = .busy(mail.id)
        lanes[lane].route = mail.route
        actions.append(.startMail(mail.id, lane: lane))
      } else {
        index += 1
      }
    }
    return actions
  }

  private mutating func lane(for route: Route) -> Int? {
    if let lane = lanes.firstIndex(where: { $0.state == .idle && $0.route == route }) { return lane }
    if lanes.count < laneLimit {
      lanes.append(Lane(state: .idle, route: route))
      return lanes.count - 1
    }
    return lanes.firstIndex { $0.state == .idle }
  }

  /// Once the client shuts down: ends idle lanes, and the thread after everything else.
  private mutating func settle() -> [Action] {
    guard phase == .draining || phase == .aborting else { return [] }
    guard waiting.isEmpty else { return [] }
    var actions: [Action] = []
    for lane in lanes.indices where lanes[lane].state == .idle {
      lanes[lane].state = .ending
      actions.append(.endLane(lane))
    }
    if http.isEmpty, lanes.allSatisfy({ $0.state == .ended }) {
      phase = .finished
      drainDeadline = nil
      actions.append(.finish)
    }
    return actions
  }
}
