import TocsinCore
import TocsinNotifiers

/// One reading of a configuration: what came of it, and what it depends on.
struct ReadingAttempt: Sendable {
  /// The configuration, or everything that is wrong.
  let result: Result<ReceiverConfiguration, ConfigurationError>
  /// The files that were read, also those that could not be read.
  let files: [String: FileImage]
  /// The templates' files.
  let templateStamps: [String: FileStamp]
  /// The names of the receivers that variables make.
  let receiversOfVariables: Set<String>
  /// Whether the file has `receivers: []`: that nobody is to be told.
  let saysNobody: Bool
  /// The names of the variables that the file uses.
  let variables: Set<String>

  /// Everything that shows whether files have changed, without reading them.
  var stamps: [String: FileStamp] { files.mapValues(\.stamp).merging(templateStamps) { first, _ in first } }
}

extension ReadingAttempt {
  /// Reads what the file names, and the environment. Waits for the file system.
  init(file: ConfigurationFile?, environment: [String: String]) {
    let context = ReadingContext(environment: environment, path: file?.path)
    if let file, file.isRegular { context.note(file.image, of: file.path) }
    var tree = ConfigurationTree.null
    switch file?.tree {
    case nil: break
    case .success(let read): tree = read
    case .failure(let error): context.report(error.problems)
    }
    context.report(SettingSources.values(of: tree).problems)
    let members = tree.members ?? []
    let (configuration, inEnvironment) = ReadingAttempt.configuration(members, in: context)
    self.init(
      result: context.problems.isEmpty
        ? .success(configuration) : .failure(ConfigurationError(source: file?.path, problems: context.problems)),
      files: context.files, templateStamps: context.templateStamps,
      receiversOfVariables: Set(inEnvironment),
      saysNobody: members.contains { $0.key == "receivers" && $0.value == .list([]) }, variables: context.variables)
  }

  private static func configuration(
    _ members: [ConfigurationTree.Member], in context: ReadingContext
  ) -> (ReceiverConfiguration, ofVariables: [String]) {
    // A key with nothing behind it is one whose members are commented out.
    var root = SectionReader(members.filter { $0.value != .null }, at: .root, in: context)
    let inFile = ReceiverReader.read(root.tree("receivers"), in: context)
    let inEnvironment = EnvironmentReceivers.read(in: context)
    let routes = RouteReader.read(root.tree("routes"), in: context)
    let routing = RoutingReader(
      inFile: inFile.compactMap { $0 }, inEnvironment: inEnvironment, routes: routes, context: context,
      knowsAllNames: !inFile.contains { $0 == nil })
    let configuration = ReceiverConfiguration(
      receivers: inFile.compactMap { $0?.settings } + inEnvironment.map(\.settings), routing: routing.table(),
      consoleURL: consoleURL(&root), templates: templates(&root), retry: retry(&root))
    return (configuration, inEnvironment.map(\.settings.name))
  }

  private static func consoleURL(_ root: inout SectionReader) -> String? {
    let inFile = root.url("console_url")
    let context = root.context
    let place = Place("TOCSIN_CONSOLE_URL")
    let inEnvironment = context.setting(place.description).flatMap { root.url(Secret($0), at: place) }
    guard let url = (inEnvironment ?? inFile)?.value.withoutEndingSlashes else { return nil }
    if url.contains(where: { "?#".contains($0) }) {
      context.report(inEnvironment == nil ? Place("console_url") : place, "must have no ? and no #")
    }
    return url
  }

  private static func templates(_ root: inout SectionReader) -> TemplateSources {
    let inFile = root.templates()
    let place = Place("TOCSIN_TEMPLATES")
    guard let path = root.context.setting(place.description) else { return inFile }
    return TemplateSources(folder: root.folder(path, at: place, of: TemplateName.all), files: inFile.files)
  }

  private static func retry(_ root: inout SectionReader) -> RetryPolicy? {
    guard var section = root.section("deliveries") else { return nil }
    var policy = RetryPolicy()
    if let seconds = section.number("retry_base_seconds", 0.01...3600) { policy.base = .seconds(seconds) }
    if let seconds = section.number("retry_cap_seconds", 0.01...86_400) { policy.cap = .seconds(seconds) }
    if let hours = section.number("give_up_after_hours", 0.01...8760) { policy.patience = .seconds(hours * 3600) }
    section.finish()
    if policy.base > policy.cap {
      section.context.report(section.place.member("retry_cap_seconds"), "must not be less than retry_base_seconds")
    }
    return policy
  }
}
