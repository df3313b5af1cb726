/// A page of a list that a store keeps.
///
/// What this release cannot read is left out. Where very many such elements follow each other, a page ends early, even
/// empty, and ``next`` leads past what was looked at.
package struct StoredPage<Element: Sendable, Key: Sendable>: Sendable {
  /// The elements, as many as were asked for at most.
  package var elements: [Element]
  /// Where the next page begins: behind the element of that key; nil where this is the last page.
  package var next: Key?

  /// A page of these elements.
  package init(elements: [Element], next: Key?) {
    self.elements = elements
    self.next = next
  }
}

extension StoredPage: Equatable where Element: Equatable, Key: Equatable {}
