import Support

/// `?name=value&…`, or nothing where there are no items.
func queryText(_ items: [(String, String)]) -> String {
  if items.isEmpty { return "" }
  return "?" + items.map { "\(PercentCoding.encode($0.0))=\(PercentCoding.encode($0.1))" }.joined(separator: "&")
}
