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
  /// - Throws: ``CommandFailure`` where a variable cannot be used
  func name() throws(CommandFailure) -> String? {
    if let user { return user }
    if let name = try ClientVariable.text("TOCSIN_USER") { return name }
    return try ClientVariable.text("USER")
  }
}
