/// A file as one look found it: what is known of it, and its text. A file that two looks found equal stood still between
/// them.
struct FileImage: Sendable, Hashable {
  /// What was known just before it was read.
  let stamp: FileStamp
  /// Its text, or why there is none.
  let text: Result<String, ConfigurationError>

  init(stamp: FileStamp, text: Result<String, ConfigurationError>) {
    self.stamp = stamp
    self.text = text
  }

  /// Reads what is at a path; waits for the writer of a pipe.
  init(of path: String, limit: Int) {
    stamp = FileStamp(of: path)
    do throws(ConfigurationError) {
      text = .success(try FileText.read(path, limit: limit))
    } catch {
      text = .failure(error)
    }
  }

  /// Reads a file that is read again whenever it changes, which a pipe is not good for: it would be waited for.
  init(ofRegular path: String, limit: Int = FileText.limit) {
    guard FileStamp.isRegular(path) != false else {
      let error = ConfigurationError("it is not a regular file, and could not be read again when it changes")
      self.init(stamp: FileStamp(of: path), text: .failure(error))
      return
    }
    self.init(of: path, limit: limit)
  }
}
