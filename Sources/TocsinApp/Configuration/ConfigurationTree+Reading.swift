import TocsinCore
import TocsinJSON

extension ConfigurationTree {
  /// Reads a file's text: JSON where its name ends so, YAML otherwise.
  /// - Throws: ``ConfigurationError`` that says where the text is wrong, without showing any of it
  init(text: String, path: String) throws(ConfigurationError) {
    do {
      if path.hasSuffix(".json") {
        self.init(try JSON(parsing: text))
      } else {
        let documents = try YAML.documents(text, limits: .configuration)
        if documents.count > 1 {
          throw YAML.Failure(
            "line \(documents[1].line): another document begins there; a configuration is one document")
        }
        self = documents.first.map { ConfigurationTree($0) } ?? .null
      }
    } catch {
      throw ConfigurationError(source: path, problems: [ConfigurationTree.reason(error)])
    }
  }

  private init(_ node: YAML.Node) {
    self =
      switch node.content {
      case _ where node.isNull: .null
      case .scalar(let text, let isPlain): .scalar(text, isPlain: isPlain)
      case .list(let elements): .list(elements.map { ConfigurationTree($0) })
      case .mapping(let members):
        .mapping(members.map { Member(key: $0.key, value: ConfigurationTree($0.value)) })
      }
  }

  /// What is wrong, without the text around the place: it may hold a password.
  private static func reason(_ error: any Error) -> String {
    switch error {
    case let failure as YAML.Failure: failure.reason
    case let error as JSONError: error.description
    default: "it is not YAML"
    }
  }
}
