/// A script or a statement whose file travels in the binary, together with what it uses of other files.
///
/// A line `-- uses: first, second` is replaced by the library files of these names, each behind what it uses itself, and
/// each once. Other lines that are comments are left out: the server does not need them.
package struct EmbeddedText: Sendable, Hashable {
  /// What is sent.
  package let text: String
  /// The names that no library file has. In their place the text has a line that no server takes.
  package let missing: [String]

  /// The text of a file.
  /// - Parameter library: what it may use, by name
  package init(_ file: String, library: [String: String]) {
    var assembly = Assembly(library: library)
    assembly.add(file)
    text = assembly.lines.joined(separator: "\n")
    missing = assembly.missing
  }

  private struct Assembly {
    let library: [String: String]
    var lines: [Substring] = []
    var missing: [String] = []
    private var used: Set<String> = []

    init(library: [String: String]) { self.library = library }

    mutating func add(_ text: String) {
      for line in text.split(separator: "\n") {
        let content = line.drop { $0 == " " }
        if content.hasPrefix("-- uses:") {
          for name in content.dropFirst(8).split(whereSeparator: { $0 == "," || $0 == " " }) { use(String(name)) }
        } else if !content.hasPrefix("--") {
          lines.append(line)
        }
      }
    }

    private mutating func use(_ name: String) {
      guard used.insert(name).inserted else { return }
      guard let text = library[name] else {
        missing.append(name)
        lines.append("there is no library file \(name)")
        return
      }
      add(text)
    }
  }
}
