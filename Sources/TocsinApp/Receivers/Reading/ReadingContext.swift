import SystemPackage

/// What reading a configuration needs from outside, and what it finds wrong. Everything is read to its end, so that
/// all problems are found at once.
final class ReadingContext {
  /// How many problems are told one by one.
  static let problemLimit = 100

  /// The files that were read.
  private(set) var files: [String: FileImage] = [:]
  /// The templates that were looked at, which others read.
  private(set) var templateStamps: [String: FileStamp] = [:]
  /// The names of the variables that were asked for.
  private(set) var variables: Set<String> = []

  private var reported: [String] = []
  private var furtherProblems = 0
  private let environment: [String: String]
  private let folder: FilePath?

  /// - Parameters:
  ///   - environment: variables by name
  ///   - path: of the configuration file, if there is one: relative paths begin at its folder
  init(environment: [String: String], path: String?) {
    self.environment = environment
    folder = path.map { FilePath($0).removingLastComponent() }
  }

  /// Sentences that begin with their place.
  var problems: [String] {
    furtherProblems == 0 ? reported : reported + ["and \(furtherProblems) more"]
  }

  /// How many problems were reported.
  var problemCount: Int { reported.count + furtherProblems }

  /// Notes what is wrong at a place. The sentence shows no value that can be a secret.
  func report(_ place: Place, _ sentence: @autoclosure () -> String) {
    if reported.count < ReadingContext.problemLimit {
      reported.append("\(place): \(sentence())")
    } else {
      furtherProblems += 1
    }
  }

  /// Notes what is wrong with the whole.
  func report(_ sentences: [String]) {
    let room = max(0, ReadingContext.problemLimit - reported.count)
    reported += sentences.prefix(room)
    furtherProblems += sentences.dropFirst(room).count
  }

  /// A variable's value for a text that it is part of: without line breaks at its end. Nil where it is not set or empty.
  func variable(_ name: String) -> String? {
    variables.insert(name)
    return environment[name].map { SettingText.trimmed($0, isSecret: true) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// A variable that is a setting, trimmed; nil where it is not set, empty, or cannot be used, which is reported. A list
  /// may have line breaks between its elements.
  func setting(_ name: String, isSecret: Bool = false, isList: Bool = false) -> String? {
    guard let text = environment[name] else { return nil }
    do throws(SettingText.Fault) {
      let text = try SettingText.read(isList ? SettingText.joined(text) : text, isSecret: isSecret)
      return text.isEmpty ? nil : text
    } catch {
      report(Place(name), "\(error)")
      return nil
    }
  }

  /// Whether a variable is set, be it empty.
  func isSet(_ name: String) -> Bool { environment[name] != nil }

  /// A path of the configuration file as this process finds it.
  func resolved(_ path: String) -> String {
    folder.map { $0.pushing(FilePath(path)).string } ?? path
  }

  /// The text of a file.
  func read(_ path: String) throws(ConfigurationError) -> String {
    if let image = files[path] { return try image.text.get() }
    let image = FileImage(ofRegular: path)
    files[path] = image
    return try image.text.get()
  }

  /// Notes a file that was read before.
  func note(_ image: FileImage, of path: String) {
    files[path] = image
  }

  /// Notes a template's file, which somebody else reads.
  func note(template path: String) {
    templateStamps[path] = FileStamp(of: path)
  }
}
