import ArgumentParser

/// Who makes a change.
struct UserOption: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Who does it, for the history. (default: $TOCSIN_USER, or else $USER)", valueName: "name"))
  var user: String?

  mutating func validate() throws {
    guard user?.isEmpty != true else { throw ArgumentParser.ValidationError("--user must not be empty.") }
  }

  /// The name, or nil where nobody is named.
  var name: String? {
    let environment = Console.current.environment
    return [user, environment["TOCSIN_USER"], environment["USER"]].compactMap { $0 }.first { !$0.isEmpty }
  }
}
