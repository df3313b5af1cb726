/// Rows in aligned columns, under a headline.
struct Table: Sendable {
  /// A piece of text and how it is shown.
  struct Cell: Sendable, ExpressibleByStringInterpolation {
    var text: String
    var style: Style?

    init(_ text: String, _ style: Style? = nil) {
      self.text = Printable.line(text)
      self.style = style
    }

    init(stringLiteral value: String) {
      self.init(value)
    }
  }

  private let columns: [String]
  private var rows: [[Cell]] = []

  init(_ columns: String...) {
    self.columns = columns
  }

  /// Adds a row with a cell for each column.
  mutating func add(_ cells: Cell...) {
    precondition(cells.count == columns.count, "a cell for each column")
    rows.append(cells)
  }

  /// The lines, headline first. Widths count columns of a terminal; nothing is padded at a line's end.
  var lines: [StyledLine] {
    var widths = columns.map(TextWidth.of)
    for row in rows {
      for (column, cell) in row.enumerated() { widths[column] = max(widths[column], TextWidth.of(cell.text)) }
    }
    let all = [columns.map { Cell($0, .bold) }] + rows
    return all.map { row in
      var pieces: [StyledLine.Piece] = []
      let last = row.lastIndex { !$0.text.isEmpty } ?? 0
      for (column, cell) in row.enumerated() where column <= last {
        pieces.append(StyledLine.Piece(cell.text, cell.style))
        guard column < last else { continue }
        pieces.append(
          StyledLine.Piece(String(repeating: " ", count: widths[column] - TextWidth.of(cell.text) + 2)))
      }
      return StyledLine(pieces: pieces)
    }
  }
}
