/// A configuration file as it was read: once, for the node's settings and for its receivers.
///
/// A pipe (`--config <(…)`), a terminal or a socket gives its text only once; what came from there is never read again.
package struct ConfigurationFile: Sendable {
  /// Its path.
  package let path: String
  /// Whether it can be read again: whether it is no pipe, terminal or socket.
  package let isRegular: Bool
  /// What was found at the path.
  let image: FileImage
  /// What it says, or why it cannot be used.
  let tree: Result<ConfigurationTree, ConfigurationError>

  /// Reads a file. Waits for the file system, and for the writer of a pipe.
  package init(reading path: String) {
    let isRegular = FileStamp.isRegular(path) ?? true
    self.init(path: path, isRegular: isRegular, image: FileImage(of: path, limit: FileText.configurationLimit))
  }

  private init(path: String, isRegular: Bool, image: FileImage) {
    self.path = path
    self.isRegular = isRegular
    self.image = image
    tree = ConfigurationFile.tree(image, path)
  }

  /// The file as it is now; what gave its text only once stays as it was.
  func again() -> ConfigurationFile {
    guard isRegular else { return self }
    return ConfigurationFile(
      path: path, isRegular: true, image: FileImage(ofRegular: path, limit: FileText.configurationLimit))
  }

  private static func tree(_ image: FileImage, _ path: String) -> Result<ConfigurationTree, ConfigurationError> {
    do throws(ConfigurationError) {
      return .success(try ConfigurationTree(text: try image.text.get(), path: path))
    } catch {
      return .failure(ConfigurationError(source: path, problems: error.problems))
    }
  }
}

extension ConfigurationFile: CustomStringConvertible, CustomReflectable {
  /// The path: the text may hold passwords.
  package var description: String { path }

  /// A mirror without children.
  package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
