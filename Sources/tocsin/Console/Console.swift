import Foundation
import Synchronization

/// Where the command writes, and what it knows of its surroundings. Tests put another one into ``current``.
struct Console: Sendable {
  /// The console of the running command.
  @TaskLocal static var current = Console.standard

  /// Writes text and a newline to standard output.
  var print: @Sendable (String) -> Void
  /// Writes text and a newline to standard error.
  var complain: @Sendable (String) -> Void
  /// Replaces the line that standard error stands on, where that is a terminal.
  var progress: @Sendable (String) -> Void
  /// Reads a line from standard input; nil where there is nobody to ask.
  var ask: @Sendable (_ question: String) -> String?
  /// Reads all of standard input.
  var readInput: @Sendable () throws -> [UInt8]
  /// Whether standard output is a terminal that shows colours.
  var showsColors: Bool
  /// The environment's variables.
  var environment: [String: String]
  /// The columns of the terminal that standard output is; nil where it is none.
  var width: @Sendable () -> Int? = { nil }

  /// The process's own streams.
  static let standard: Console = {
    let environment = ProcessInfo.processInfo.environment
    let showsProgress = isatty(STDERR_FILENO) == 1
    return Console(
      print: { write($0 + "\n", to: STDOUT_FILENO) },
      complain: { write($0 + "\n", to: STDERR_FILENO) },
      progress: { if showsProgress { write("\r\u{1B}[K" + $0, to: STDERR_FILENO) } },
      ask: { question in
        guard isatty(STDIN_FILENO) == 1 else { return nil }
        write(question, to: STDERR_FILENO)
        return readLine()
      },
      readInput: { try Array(FileHandle.standardInput.readToEnd() ?? Data()) },
      showsColors: wantsColors(environment, isTerminal: isatty(STDOUT_FILENO) == 1),
      environment: environment, width: { terminalWidth(environment) })
  }()

  /// Writes a line, cut to the terminal's width.
  func show(_ line: StyledLine) {
    print(line.text(colors: showsColors, width: width()))
  }

  /// Writes a table, its lines cut to the terminal's width.
  func show(_ table: Table) {
    for line in table.lines { show(line) }
  }

  /// `COLUMNS` where that is set, since somebody set it, or else what the terminal says.
  private static func terminalWidth(_ environment: [String: String]) -> Int? {
    guard isatty(STDOUT_FILENO) == 1 else { return nil }
    if let columns = environment["COLUMNS"].flatMap({ Int($0.filter { !$0.isWhitespace }) }), columns > 0 {
      return columns
    }
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// Colours are for terminals that know them, and for people who did not turn them off (no-color.org).
  static func wantsColors(_ environment: [String: String], isTerminal: Bool) -> Bool {
    isTerminal && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
  }

  /// Writes everything. Whoever read the output and went away (`| head`) ends the command as SIGPIPE would have.
  private static func write(_ text: String, to descriptor: CInt) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        bytes = bytes.dropFirst(count)
      } else if errno == EPIPE {
        exit(128 + SIGPIPE)
      } else if errno != EINTR && errno != EAGAIN {
        return
      }
    }
  }
}
