/// What the command's exit status says. Documented in `tocsin --help`.
enum CommandStatus: Int32, Sendable {
  /// It is done.
  case done = 0
  /// The server refused it, or knows no such thing.
  case refused = 1
  /// The command line or an input file is wrong.
  case usage = 2
  /// No server could be reached, or none answered in time.
  case unreachable = 3
  /// `check --fail-on-alert`: an alert was raised.
  case alertRaised = 4
  /// The server cannot do it now: too much to do, or something is away. `EX_TEMPFAIL` of sysexits.h.
  case tryLater = 75
}
