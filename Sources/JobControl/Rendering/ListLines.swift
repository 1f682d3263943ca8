import JobAPI

/// Jobs as lines for a file or a pipe: in columns, with all of their text, and
/// what may be long or hold spaces last.
enum ListLines {
    /// The titles, and a line for each job. Where there is nothing to say stands
    /// `-`, so that the columns can be counted.
    ///
    /// - Parameter now: Seconds since 1970, to tell how long ago and how long.
    static func lines(_ jobs: [JobResource], now: Double) -> [String] {
        var table = Table(
            columns.map { Table.Column(title: $0.title, isAlignedRight: $0.isAlignedRight) })
        for row in jobs.map({ ListRow($0, now: now) }) {
            table.append(
                columns.map { column in
                    let text = row.text(column)
                    return Table.Cell(text.isEmpty ? "-" : text)
                })
        }
        return table.lines(width: nil, style: .plain)
    }

    private static let columns: [ListTable.Column] = [
        .id, .state, .progress, .time, .age, .queue, .detail, .job,
    ]
}
