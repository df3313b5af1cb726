/// What the names of all keys and channels in Redis begin with.
enum KeyPrefix {
  /// Why a text cannot be one, or nil. Nodes whose prefixes differ by a blank would work beside each other, not together.
  static func fault(_ text: String) -> String? {
    let isPrintable = text.utf8.allSatisfy { (0x21...0x7e).contains($0) && !"\"'`\\*?[],".utf8.contains($0) }
    guard isPrintable, text.utf8.count <= 64 else {
      return "must be 1 to 64 printable ASCII characters without blanks, quotes, commas and any of \\ * ? [ ]"
    }
    guard text.contains(where: { "{}".contains($0) }) else { return nil }
    // Redis Cluster takes what is between the first { and the next } for the slot of a key (cluster specification).
    guard text.wholeMatch(of: /[^{}]*\{[^{}]+\}[^{}]*/) != nil else {
      return "must have one pair of braces with a text between them, as {tocsin} has, or none at all"
    }
    return nil
  }
}
