import JobAPI

/// Jobs as a table that fits where it is shown: what is worth less goes or gets
/// shorter where there is no room, and no line is ever longer than the room.
struct ListTable {
    /// What a column holds, in the order of the columns.
    enum Column: Hashable, CaseIterable {
        case id, state, job, progress, time, age, queue, detail
    }

    /// The columns that are shown, and how wide each is.
    private(set) var columns: [(column: Column, width: Int)] = []
    private let rows: [ListRow]
    private let style: Style

    /// A table of so many columns of a terminal.
    ///
    /// - Parameters:
    ///   - now: Seconds since 1970, to tell how long ago and how long.
    ///   - isLive: Whether it is drawn again and again, so that the columns had
    ///     better stay where they are than be just as wide as what they hold.
    init(_ jobs: [JobResource], now: Double, width: Int, style: Style, isLive: Bool = false) {
        rows = jobs.map { ListRow($0, now: now) }
        self.style = style
        fit(width, isLive: isLive)
    }

    /// The columns' titles.
    var titles: StyledLine {
        line { column in [StyledLine.Piece(text: column.title, color: .gray)] }
    }

    /// A line for each job.
    var lines: [StyledLine] {
        rows.map { row in line { row.cell($0, width: width(of: $0), style: style) } }
    }

    private func line(_ cell: (Column) -> [StyledLine.Piece]) -> StyledLine {
        var line = StyledLine()
        // What separates entries is written before the next one only, so that no
        // line ends in spaces.
        var gap = 0
        for (index, (column, width)) in columns.enumerated() {
            var rest = width
            var pieces: [StyledLine.Piece] = []
            for piece in cell(column) {
                let text = DisplayText.fit(piece.text, rest, style: style)
                rest -= DisplayText.width(text)
                pieces.append(.init(text: text, color: piece.color))
            }
            if index > 0 { gap += 2 }
            if column.isAlignedRight { gap += rest }
            for piece in pieces {
                guard piece.text.contains(where: { $0 != " " }) else {
                    gap += piece.text.count
                    continue
                }
                line.append(String(repeating: " ", count: gap))
                line.append(piece.text, piece.color)
                gap = 0
            }
            if !column.isAlignedRight { gap += rest }
        }
        return line
    }

    private func width(of column: Column) -> Int {
        columns.first { $0.column == column }?.width ?? 0
    }

    // MARK: Fitting

    /// One way to lay the table out, with the least widths it makes sense with.
    private struct Plan {
        var columns: Set<Column>
        var bar: Int
        var job = 16
        var detail = 12
    }

    /// The ways there are, the richest first.
    private static let plans: [Plan] = {
        var plan = Plan(columns: Set(Column.allCases), bar: 20, detail: 48)
        var plans = [plan]
        func next(_ change: (inout Plan) -> Void) {
            change(&plan)
            plans.append(plan)
        }
        next { $0.bar = 10 }
        next { $0.detail = 32 }
        next { $0.detail = 16 }
        next { $0.columns.remove(.queue) }
        next { $0.columns.remove(.age) }
        next { $0.bar = 6 }
        next { $0.columns.remove(.time) }
        next { $0.detail = 8 }
        next { $0.bar = 0 }
        next { $0.columns.remove(.detail) }
        next { $0.job = 8 }
        next { $0.columns.remove(.progress) }
        next { $0.columns.remove(.job) }
        return plans
    }()

    private mutating func fit(_ width: Int, isLive: Bool) {
        let natural = naturalWidths(isLive: isLive)
        for plan in Self.plans {
            columns = widths(plan, natural: natural)
            if total <= width { break }
        }
        let slack = width - total
        guard slack > 0 else { return }
        share(slack, natural: natural, isLive: isLive, width: width)
    }

    private var total: Int {
        columns.reduce(2 * (columns.count - 1)) { $0 + $1.width }
    }

    private func widths(_ plan: Plan, natural: [Column: Int]) -> [(column: Column, width: Int)] {
        Column.allCases.compactMap { column in
            guard plan.columns.contains(column), let wanted = natural[column] else { return nil }
            let width =
                switch column {
                case .job: min(wanted, plan.job)
                case .detail: min(wanted, plan.detail)
                case .progress: plan.bar == 0 ? 4 : plan.bar + 5
                default: wanted
                }
            return (column, width)
        }
    }

    /// Gives away what is left: to the titles up to a third of the line, to the
    /// details as much as they want, then to the titles again.
    private mutating func share(_ slack: Int, natural: [Column: Int], isLive: Bool, width: Int) {
        var slack = slack
        func widen(_ column: Column, to limit: Int) {
            guard let index = columns.firstIndex(where: { $0.column == column }) else { return }
            let more = min(slack, max(0, limit - columns[index].width))
            columns[index].width += more
            slack -= more
        }
        widen(.job, to: min(natural[.job] ?? 0, max(16, width * 3 / 10)))
        widen(.detail, to: isLive ? .max : natural[.detail] ?? 0)
        widen(.job, to: natural[.job] ?? 0)
    }

    /// How wide each column would like to be; none for those that have nothing to
    /// tell.
    private func naturalWidths(isLive: Bool) -> [Column: Int] {
        var widths: [Column: Int] = [:]
        for column in Column.allCases {
            var width = DisplayText.width(column.title)
            var isEmpty = true
            for row in rows {
                let text = row.text(column)
                if !text.isEmpty { isEmpty = false }
                width = max(width, DisplayText.width(text))
            }
            switch column {
            case .queue:
                let queues = Set(rows.map { $0.text(.queue) })
                guard queues.count > 1 || queues != ["default"], !rows.isEmpty else { continue }
                widths[column] = min(width, 16)
            // It takes all the room that there is, whatever it says just now.
            case .detail where isLive: widths[column] = 1000
            // As wide as these ever are, since they change all the time.
            case .state where isLive: widths[column] = max(width, 9)
            case .time where isLive: widths[column] = max(width, 7)
            case .detail, .progress, .time: if isLive || !isEmpty { widths[column] = width }
            case .age where isLive: widths[column] = max(width, 4)
            default: widths[column] = width
            }
        }
        return widths
    }
}

extension ListTable.Column {
    /// What stands above the column.
    var title: String {
        switch self {
        case .id: "ID"
        case .state: "STATE"
        case .job: "JOB"
        case .progress: "PROGRESS"
        case .time: "TIME"
        case .age: "AGE"
        case .queue: "QUEUE"
        case .detail: "DETAILS"
        }
    }

    /// Whether its entries end, rather than begin, below each other.
    var isAlignedRight: Bool {
        switch self {
        case .id, .time, .age: true
        case .state, .job, .progress, .queue, .detail: false
        }
    }
}
