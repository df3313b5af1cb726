import ArgumentParser
package import TocsinCore
import TocsinJSON

extension Severity: ExpressibleByArgument {}

extension AlertType: ExpressibleByArgument {}

extension DeliveryState: ExpressibleByArgument {}

/// `key=value` of `--context`: a value that is JSON is taken as such, anything else as text.
struct ContextArgument: ExpressibleByArgument, Sendable, Hashable {
  var key: String
  var value: JSON

  init?(argument: String) {
    guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex else { return nil }
    key = String(argument[..<sign])
    let text = String(argument[argument.index(after: sign)...])
    do { value = try JSON(parsing: Array(text.utf8)) } catch { value = .string(text) }
  }
}
