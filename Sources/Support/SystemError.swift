import Glibc

/// A system call that failed: there was no descriptor, no thread or no memory for it. Later there may be.
package struct SystemError: Error, Hashable, CustomStringConvertible {
  /// What was called, such as `pipe`.
  package let call: String
  /// The system's number for the reason.
  package let code: Int32

  /// A failed call.
  package init(_ call: String, code: Int32) {
    self.call = call
    self.code = code
  }

  /// The call and the system's words for the reason.
  package var description: String { "\(call): \(String(cString: strerror(code)))" }
}
