import TocsinCore
package import TocsinJSON

/// What a server says about an error: `application/problem+json` (RFC 9457).
package struct Problem: Sendable, Hashable {
  /// One field that is not allowed.
  package struct FieldError: Sendable, Hashable {
    /// Which field: a JSON pointer (RFC 6901).
    package var pointer: String
    /// What is wrong with it.
    package var detail: String
  }

  /// A short name of the kind of error.
  package var title: String
  /// The HTTP status.
  package var status: Int
  /// What happened this time, or `""`.
  package var detail: String
  /// Each field that is not allowed; empty where the error is not about fields.
  package var errors: [FieldError]

  /// Reads a problem's JSON; nil where it is no object with a `title` or `error`.
  package init?(json: JSON, status: Int) {
    guard let object = json.object, let title = object["title"]?.string ?? object["error"]?.string else { return nil }
    self.title = title
    self.status = status
    detail = object["detail"]?.string ?? object["details"]?.string ?? ""
    errors = (object["errors"]?.array ?? []).compactMap { item in
      guard let item = item.object, let detail = item["detail"]?.string else { return nil }
      return FieldError(pointer: item["pointer"]?.string ?? "", detail: detail)
    }
  }

  /// Title and detail on one line.
  package var summary: String {
    detail.isEmpty || detail == title ? title : "\(title): \(detail)"
  }
}
