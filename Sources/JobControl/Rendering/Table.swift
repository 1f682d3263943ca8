/// Rows in columns, as wide as what they hold.
struct Table {
    /// One column.
    struct Column {
        var title: String
        var isAlignedRight = false
        /// Whether this is the one that is cut when the terminal is too narrow.
        var isFlexible = false
    }

    /// One entry.
    struct Cell {
        var text: String
        var color: Style.Color?

        init(_ text: String, _ color: Style.Color? = nil) {
            self.text = text
            self.color = color
        }
    }

    let columns: [Column]
    private var rows: [[Cell]] = []

    init(_ columns: [Column]) {
        self.columns = columns
    }

    /// Adds a row, with a cell for each column.
    mutating func append(_ row: [Cell]) {
        rows.append(row)
    }

    /// The table's lines, the titles first.
    ///
    /// - Parameter width: What the lines must fit into; nil for as wide as it is.
    func lines(width: Int?, style: Style) -> [String] {
        let titles = columns.map { Cell($0.title, .gray) }
        let widths = widths(titles: titles, width: width)
        return ([titles] + rows).map { row in
            var line = ""
            for (index, column) in columns.enumerated() {
                let cell = row[index]
                let fitted = DisplayText.fit(cell.text, widths[index], style: style)
                let isLast = index == columns.count - 1
                let padding = max(0, widths[index] - DisplayText.width(fitted))
                let spaces = String(repeating: " ", count: padding)
                let text = style.paint(fitted, cell.color)
                if column.isAlignedRight {
                    line += spaces + text
                } else {
                    // Nothing follows the last one, so it needs no padding.
                    line += isLast ? text : text + spaces
                }
                if !isLast { line += "  " }
            }
            return line
        }
    }

    private func widths(titles: [Cell], width: Int?) -> [Int] {
        var widths = columns.indices.map { index in
            ([titles] + rows).map { DisplayText.width($0[index].text) }.max() ?? 0
        }
        guard let width, let flexible = columns.firstIndex(where: \.isFlexible) else {
            return widths
        }
        let total = widths.reduce(0, +) + 2 * (columns.count - 1)
        if total > width {
            // Less than this says nothing; then the lines wrap.
            widths[flexible] = max(8, widths[flexible] - (total - width))
        }
        return widths
    }
}
