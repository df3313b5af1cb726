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

  /// The lines, headline first. Widths count characters; the last column is not padded.
  func lines(colors: Bool) -> [String] {
    var widths = columns.map(\.count)
    for row in rows {
      for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.text.count) }
    }
    let all = [columns.map { Cell($0, .bold) }] + rows
    return all.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        line += cell.style?.apply(cell.text, colors: colors) ?? cell.text
        guard column < row.count - 1 else { continue }
        line += String(repeating: " ", count: widths[column] - cell.text.count + 2)
      }
      return line
    }
  }
}
