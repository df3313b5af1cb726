/// The first words on a new connection: log in, choose the database, ask whether the server can serve and which one it is.
///
/// All are sent at once. `PING` answers `LOADING` or `MASTERDOWN` where every command would.
struct Handshake {
  private enum Step {
    case logIn, select, ping, info
  }

  private var steps: ArraySlice<Step>
  /// What to send.
  let commands: [[RedisArgument]]

  init(_ configuration: RedisConfiguration) {
    var script: [(Step, [RedisArgument])] = []
    if let password = configuration.password {
      let user = configuration.username.map { [RedisArgument($0)] } ?? []
      script.append((.logIn, ["AUTH"] + user + [RedisArgument(password)]))
    }
    if configuration.database != 0 {
      script.append((.select, ["SELECT", RedisArgument(configuration.database)]))
    }
    script.append((.ping, ["PING"]))
    script.append((.info, ["INFO", "server"]))
    steps = script.map(\.0)[...]
    commands = script.map(\.1)
  }

  /// What a reply of the handshake means.
  enum Progress: Equatable {
    /// More replies must come.
    case goOn
    /// The connection can be used; the server's run id.
    case done(runID: String)
    /// The server refuses or cannot serve.
    case failed(RedisError)
  }

  /// The next reply.
  mutating func received(_ reply: RedisValue) -> Progress {
    if let failure = reply.failure { return .failed(failure) }
    switch steps.popFirst() {
    case .logIn, .select, .ping: return .goOn
    // A server that does not say which one it is may be another one each time.
    case .info: return .done(runID: Self.runID(in: reply) ?? "unknown-\(UInt64.random(in: 0...UInt64.max))")
    case nil: return .failed(RedisError(.unexpectedReply, "a reply that nobody asked for"))
    }
  }

  private static func runID(in reply: RedisValue) -> String? {
    let name = "run_id:"
    let line = reply.string?.split(whereSeparator: \.isNewline).first { $0.hasPrefix(name) }
    let runID = line?.dropFirst(name.count).prefix(64).filter { !$0.isWhitespace } ?? ""
    return runID.isEmpty ? nil : runID
  }
}
