/// One line of pieces that are shown in styles of their own.
struct StyledLine: Sendable {
  /// A piece of text and how it is shown.
  struct Piece: Sendable {
    var text: String
    var style: Style?
    /// To how many columns it may be shortened where the line is too long; nil for not at all.
    var shrinksTo: Int?

    init(_ text: String, _ style: Style? = nil, shrinksTo: Int? = nil) {
      self.text = text
      self.style = style
      self.shrinksTo = shrinksTo
    }
  }

  var pieces: [Piece]

  init(_ pieces: Piece...) {
    self.pieces = pieces
  }

  init(pieces: [Piece]) {
    self.pieces = pieces
  }

  /// The line.
  /// - Parameter width: the terminal's columns; what is longer is cut, with an ellipsis. Nil where it is no terminal.
  func text(colors: Bool, width: Int?) -> String {
    let shown = width.map(cut) ?? pieces
    return shown.map { $0.style?.apply($0.text, colors: colors) ?? $0.text }.joined()
  }

  private func cut(to width: Int) -> [Piece] {
    var pieces = pieces
    var excess = pieces.reduce(0) { $0 + TextWidth.of($1.text) } - width
    guard excess > 0 else { return pieces }
    for index in pieces.indices {
      guard excess > 0, let least = pieces[index].shrinksTo else { continue }
      let old = TextWidth.of(pieces[index].text)
      guard old > least else { continue }
      pieces[index].text = StyledLine.shorten(pieces[index].text, to: max(least, old - excess))
      excess -= old - TextWidth.of(pieces[index].text)
    }
    guard excess > 0 else { return pieces }
    var room = width
    for index in pieces.indices {
      let columns = TextWidth.of(pieces[index].text)
      // The last column is the ellipsis'.
      if columns < room || (columns == room && index == pieces.count - 1) {
        room -= columns
        continue
      }
      pieces[index].text = StyledLine.shorten(pieces[index].text, to: room)
      return Array(pieces[...index])
    }
    return pieces
  }

  private static func shorten(_ text: String, to width: Int) -> String {
    width > 0 ? TextWidth.prefix(text, width - 1) + "…" : ""
  }
}
