import Glibc
import Logging
import Synchronization

/// Reads template files, each once for a configuration.
struct TemplateReader {
  private let problems: TemplateProblems
  private var known: [String: Template?] = [:]

  init(_ problems: TemplateProblems) {
    self.problems = problems
  }

  /// The templates of a target. Sources are tried in their order; in each, a named file goes before the folder's.
  mutating func templates(_ channel: ChannelSettings, _ sources: [TemplateSources]) -> TemplateSet {
    var set = TemplateSet(problems: problems)
    for name in TemplateName.all where name.channel == channel.channel {
      for source in sources {
        if let file = source.files[name] {
          set.custom[name] = template(file, name).map { TemplateSet.Custom(file: file, template: $0) }
          break
        }
        let file = source.folder.map { $0.hasSuffix("/") ? $0 + name.fileName : "\($0)/\(name.fileName)" }
        if let file, access(file, F_OK) == 0 {
          set.custom[name] = template(file, name).map { TemplateSet.Custom(file: file, template: $0) }
          break
        }
      }
    }
    return set
  }

  private mutating func template(_ file: String, _ name: TemplateName) -> Template? {
    if let template = known[file] { return template }
    var template: Template?
    do throws(TemplateFault) {
      template = try Template(try text(of: file))
    } catch {
      problems.report(TemplateProblem(file: file, name: name, reason: error.reason))
    }
    known[file] = .some(template)
    return template
  }

  /// Only regular files are read, and only up to the limit: neither a pipe nor a device can hold anybody up.
  private func text(of file: String) throws(TemplateFault) -> String {
    let descriptor = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw TemplateFault("it cannot be opened: \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw TemplateFault("it is not a regular file")
    }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 16 << 10)
    while bytes.count <= TemplateScanner.maximumBytes {
      let count = read(descriptor, &part, part.count)
      guard count >= 0 else { throw TemplateFault("it cannot be read: \(String(cString: strerror(errno)))") }
      if count == 0 { break }
      bytes += part.prefix(count)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw TemplateFault("it is not UTF-8") }
    return text
  }
}

/// The template files that are not used, each reported once.
final class TemplateProblems: Sendable {
  private let logger: Logger?
  /// What an earlier configuration has reported already.
  private let earlier: Set<TemplateProblem>
  private let known = Mutex<[TemplateProblem]>([])

  init(logger: Logger? = nil, known: [TemplateProblem] = []) {
    self.logger = logger
    earlier = Set(known)
  }

  /// All that are known, in the order in which they were found.
  var all: [TemplateProblem] { known.withLock { $0 } }

  /// Keeps a problem, and logs it if it is new.
  func report(_ problem: TemplateProblem) {
    let isNew = known.withLock { known in
      let isNew = !known.contains { $0.file == problem.file && $0.name == problem.name }
      if isNew { known.append(problem) }
      return isNew
    }
    guard isNew, !earlier.contains(problem) else { return }
    logger?.warning(
      "a template file is not used, the built-in template takes its place",
      metadata: ["file": "\(problem.file)", "template": "\(problem.name)", "reason": "\(problem.reason)"])
  }
}

/// A template file that is not used; the built-in one is used instead.
package struct TemplateProblem: Sendable, Hashable {
  /// The file's path.
  package let file: String
  /// What it was to make.
  package let name: TemplateName
  /// What is wrong with it.
  package let reason: String
}
