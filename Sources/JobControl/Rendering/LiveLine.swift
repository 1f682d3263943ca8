import JobAPI

/// A job's line on a terminal.
enum LiveLine {
    /// `42 nightly copy  █████░░░░░  42%  3.1 files/s  19s left  copied a.txt`
    static func line(_ job: JobResource, columns: Int, isUnicode: Bool) -> StyledLine {
        var line = StyledLine()
        line.append("\(job.id) ", .gray)
        let style = Style(isColored: false, isUnicode: isUnicode)
        line.append(DisplayText.fit(JobText.title(job), max(12, columns / 4), style: style))
        line.append("  ")
        guard job.state == .running, job.cancelRequestedAt == nil else {
            line.append(JobText.standing(job), Style.color(of: job.state))
            return line
        }
        guard let progress = job.progress else {
            line.append(job.state.rawValue, Style.color(of: job.state))
            return line
        }
        if let fraction = progress.fraction {
            let cells = min(max(columns / 5, 8), 30)
            line.append(
                Bar.text(fraction, columns: cells, isUnicode: isUnicode), .green)
            line.append(
                " " + DisplayText.pad(progress.percent ?? "", 4, alignedRight: true))
            line.append("  ")
        }
        line.append(ProgressText.details(progress))
        return line
    }
}
