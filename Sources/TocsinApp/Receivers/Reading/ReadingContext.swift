import SystemPackage

/// What reading a configuration needs from outside, and what it finds wrong. Everything is read to its end, so that
/// all problems are found at once.
final class ReadingContext {
  /// Sentences that begin with their place.
  private(set) var problems: [String] = []
  /// The files that were looked at, as they were before they were read.
  private(set) var stamps: [String: FileStamp] = [:]
  /// The same for templates, which others read.
  private(set) var templateStamps: [String: FileStamp] = [:]

  private let environment: [String: String]
  private let folder: FilePath?

  /// - Parameters:
  ///   - environment: variables by name
  ///   - path: of the configuration file, if there is one: relative paths begin at its folder
  init(environment: [String: String], path: String?) {
    self.environment = environment
    folder = path.map { FilePath($0).removingLastComponent() }
  }

  /// Notes what is wrong at a place. The sentence shows no value that can be a secret.
  func report(_ place: Place, _ sentence: String) {
    problems.append("\(place): \(sentence)")
  }

  /// Notes what is wrong with the whole.
  func report(_ sentences: [String]) {
    problems += sentences
  }

  /// A variable's value; nil where it is not set or empty.
  func variable(_ name: String) -> String? {
    environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// A path of the configuration file as this process finds it.
  func resolved(_ path: String) -> String {
    folder.map { $0.pushing(FilePath(path)).string } ?? path
  }

  /// The text of a file.
  func read(_ path: String) throws(ConfigurationError) -> String {
    if stamps[path] == nil { stamps[path] = FileStamp(of: path) }
    return try FileText.read(path)
  }

  /// Notes a template's file, which somebody else reads.
  func note(template path: String) {
    templateStamps[path] = FileStamp(of: path)
  }
}
