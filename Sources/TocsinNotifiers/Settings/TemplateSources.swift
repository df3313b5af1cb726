/// Where templates are looked for: first a file that is named, then one in the folder.
///
/// A folder's files are called `channel.part.mustache`, such as `email.html.mustache`; ``TemplateName/all`` has them all.
package struct TemplateSources: Sendable, Hashable {
  /// A folder's path.
  package var folder: String?
  /// Files' paths.
  package var files: [TemplateName: String]

  /// Sources; without arguments there are none.
  package init(folder: String? = nil, files: [TemplateName: String] = [:]) {
    self.folder = folder
    self.files = files
  }
}
