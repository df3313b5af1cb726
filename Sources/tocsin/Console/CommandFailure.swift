import TocsinClient

/// Why the command ends without having done what was asked: what goes to standard error, and the exit status.
struct CommandFailure: Error, Sendable, Equatable {
  var status: CommandStatus
  var lines: [String]

  init(_ status: CommandStatus, _ lines: String...) {
    self.status = status
    self.lines = lines
  }

  init(_ status: CommandStatus, lines: [String]) {
    self.status = status
    self.lines = lines
  }

  /// The failure that an error means; nil for errors of the argument parser.
  init?(_ error: any Error) {
    switch error {
    case let error as CommandFailure: self = error
    case let error as ClientError: self.init(error)
    default: return nil
    }
  }

  private init(_ error: ClientError) {
    if error.code == .invalidURL || error.code == .invalidUser {
      self.init(.usage, "tocsin: \(error.reason)")
    } else if error.code == .unreachable {
      self.init(
        .unreachable, "tocsin: no server can be reached: \(Printable.line(error.description))",
        "Start one with `tocsin serve` or `tocsin dev`, or name another one with --url or TOCSIN_URL.")
    } else if error.isUnavailability {
      self.init(
        .unreachable, "tocsin: \(Printable.line(error.description))",
        "Whether the server did it is not known. --timeout allows it more time.")
    } else {
      let isBusy = error.status == 503 || error.status == 429
      self.init(isBusy ? .tryLater : .refused, lines: ["tocsin: \(Printable.line(error.reason))"])
      for field in error.problem?.errors ?? [] where !error.reason.hasSuffix(": " + field.detail) {
        lines.append(
          "  \(Printable.line(field.pointer.isEmpty ? "/" : field.pointer)): \(Printable.line(field.detail))")
      }
      if isBusy, let seconds = error.retryAfterSeconds { lines.append("Try again in \(seconds) s.") }
    }
  }
}
