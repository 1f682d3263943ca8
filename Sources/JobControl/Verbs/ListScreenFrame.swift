import JobAPI

/// What a live listing puts on the terminal, line by line.
struct ListScreenFrame: Equatable {
    /// As many lines as the terminal has, with colours.
    let lines: [String]

    /// How many lines there are for jobs on a terminal of this size.
    static func room(_ size: Console.Size) -> Int { max(0, size.rows - 3) }

    /// Composes a frame.
    ///
    /// - Parameters:
    ///   - place: Where the daemon is.
    ///   - now: Seconds since 1970.
    init(
        _ model: ListScreenModel, size: Console.Size, place: String, now: Double, style: Style
    ) {
        let room = Self.room(size)
        let table = ListTable(
            model.visible(room), now: now, width: size.columns, style: style, isLive: true)
        var lines = [Self.header(model, place: place)]
        lines.append(table.titles)
        lines += table.lines
        lines += Array(repeating: StyledLine(), count: max(0, room - table.lines.count))
        lines.append(Self.footer(model, room: room, style: style))
        // Without room for everything, the jobs themselves are what is wanted.
        if size.rows < 4 { lines = size.rows < 2 ? [lines[0]] : Array(lines.prefix(size.rows)) }
        self.lines = lines.map { $0.rendered(columns: size.columns, style: style) }
    }

    private static func header(_ model: ListScreenModel, place: String) -> StyledLine {
        var line = StyledLine()
        line.append("jobd \(DisplayText.clean(place))", .gray)
        line.append("  ")
        if let outage = model.outage {
            line.append("lost the daemon (\(DisplayText.clean(outage))); waiting for it", .red)
            return line
        }
        for piece in ListSummary.line(model.all).pieces { line.append(piece.text, piece.color) }
        return line
    }

    private static func footer(_ model: ListScreenModel, room: Int, style: Style) -> StyledLine {
        let dash = style.isUnicode ? "–" : "-"
        var parts = ["q quit"]
        if let range = model.range(room), range.count < model.count {
            parts.append(style.isUnicode ? "↑ ↓ PgUp PgDn Home End" : "j k PgUp PgDn Home End")
            parts.insert("\(range.lowerBound)\(dash)\(range.upperBound) of \(model.count)", at: 0)
        }
        return StyledLine(parts.joined(separator: "   "), .gray)
    }
}
