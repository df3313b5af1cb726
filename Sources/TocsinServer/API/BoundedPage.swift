import TocsinCore
import TocsinJSON

/// A page of a list that has a limit in bytes as well: it is read in portions, and ends early where it is full, or where a
/// portion ended early.
struct BoundedPage<ID: Sendable>: Sendable {
  /// The elements, separated by commas unless ``read(limit:byteLimit:separator:behind:fetch:id:append:)`` says otherwise.
  var elements: [UInt8] = []
  /// How many there are.
  var count = 0
  /// Where the next page begins: behind that element; nil where this is the last one.
  var next: ID?

  /// How many bytes of elements a page may have, unless its first one alone has more.
  static var byteLimit: Int { 4 << 20 }

  private static var firstPortion: Int { 100 }
  private static var largestPortion: Int { 250 }
  /// What an element has in bytes, more often than not.
  private static var usualSize: Int { 1024 }

  /// Reads a page.
  /// - Parameters:
  ///   - limit: how many elements it may have
  ///   - separator: what stands between elements; nil: nothing
  ///   - fetch: reads so many elements behind that one; tells where the next ones begin
  ///   - id: an element's place in the list
  ///   - append: writes an element
  static func read<Element>(
    limit: Int, byteLimit: Int = BoundedPage.byteLimit, separator: UInt8? = UInt8(ascii: ","), behind start: ID?,
    fetch: (_ behind: ID?, _ limit: Int) async throws -> (elements: [Element], next: ID?),
    id: (Element) -> ID, append: (Element, inout [UInt8]) -> Void
  ) async throws -> BoundedPage {
    var page = BoundedPage()
    var place = start
    while page.count < limit {
      let size = page.portion(limit: limit, byteLimit: byteLimit)
      let portion = try await fetch(place, size)
      if page.count == 0 { page.elements.reserveCapacity(portion.elements.count * Self.usualSize) }
      for element in portion.elements {
        let before = page.elements.count
        if before > 0, let separator { page.elements.append(separator) }
        append(element, &page.elements)
        if before > 0, page.elements.count > byteLimit {
          page.elements.removeLast(page.elements.count - before)
          page.next = place
          return page
        }
        page.count += 1
        place = id(element)
      }
      page.next = portion.next
      guard portion.next != nil, portion.elements.count >= size else { break }
      place = portion.next
    }
    return page
  }

  /// How many elements to read next: about as many as there is room for, judging by those that are there.
  private func portion(limit: Int, byteLimit: Int) -> Int {
    guard count > 0 else { return min(limit, Self.firstPortion) }
    let room = max(0, byteLimit - elements.count) / max(1, elements.count / count)
    return min(limit - count, max(1, min(room + 1, Self.largestPortion)))
  }
}

extension Body {
  /// `{"<name>": […], "count", <further members>, "next_cursor"?}`
  static func page<ID>(
    _ page: BoundedPage<ID>, named name: StaticString, cursor: (ID) -> String,
    further: (inout [UInt8]) -> Void = { _ in }
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(128 + page.elements.count)
    bytes.append(UInt8(ascii: "{"))
    JSONWriter.append(key: name, to: &bytes)
    bytes.append(UInt8(ascii: "["))
    bytes.append(contentsOf: page.elements)
    bytes.append(UInt8(ascii: "]"))
    JSONWriter.append(key: "count", integer: page.count, to: &bytes)
    further(&bytes)
    if let next = page.next { JSONWriter.append(key: "next_cursor", string: cursor(next), to: &bytes) }
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }
}
