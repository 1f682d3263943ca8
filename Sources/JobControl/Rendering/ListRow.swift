#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

import JobAPI

/// What a listing says of one job.
struct ListRow {
    private let job: JobResource
    private let texts: [ListTable.Column: String]

    /// - Parameter now: Seconds since 1970, to tell how long ago and how long.
    init(_ job: JobResource, now: Double) {
        var job = job
        if job.state == .running { job.progress = job.progress?.advanced(to: now) }
        self.job = job
        texts = [
            .id: "\(job.id)",
            .state: DisplayText.clean(job.state.rawValue),
            .job: JobText.title(job),
            .progress: Self.progress(job),
            .time: JobText.seconds(job, now: now).map(Quantity.duration) ?? "",
            .age: Self.age(max(0, now - job.createdAt.timeIntervalSince1970)),
            .queue: DisplayText.clean(job.queue),
            .detail: ListDetail.text(job, now: now),
        ]
    }

    /// The text of a column; empty when there is nothing to say.
    func text(_ column: ListTable.Column) -> String { texts[column] ?? "" }

    /// The column's entry as it is drawn in so many columns of a terminal.
    func cell(_ column: ListTable.Column, width: Int, style: Style) -> [StyledLine.Piece] {
        let text = text(column)
        switch column {
        case .state: return [.init(text: text, color: Style.color(of: job.state))]
        case .progress:
            // A bar is for what moves; elsewhere it would only shout.
            guard width > 5, job.state == .running || job.state == .paused,
                let fraction = job.progress?.fraction
            else {
                return [.init(text: DisplayText.pad(text, width, alignedRight: true))]
            }
            let bar = Bar.text(fraction, columns: width - 5, isUnicode: style.isUnicode)
            let percent = DisplayText.pad(text, 5, alignedRight: true)
            return [
                .init(text: bar, color: job.state == .running ? .green : .gray),
                .init(text: percent),
            ]
        case .detail: return [.init(text: text, color: job.state == .failed ? .red : nil)]
        case .age, .queue: return [.init(text: text, color: .gray)]
        case .id, .job, .time: return [.init(text: text)]
        }
    }

    /// How far the job is, or was when it ended.
    private static func progress(_ job: JobResource) -> String {
        guard let progress = job.progress else { return "" }
        if let percent = progress.percent { return percent }
        guard let done = progress.done else { return "" }
        return Quantity.amount(done, unit: progress.unit)
    }

    /// A duration in its largest unit: that is all that the age of a job is for.
    private static func age(_ seconds: Double) -> String {
        guard seconds < 1e9 else { return "?" }
        let whole = Int(seconds)
        return switch whole {
        case ..<60: "\(whole)s"
        case ..<3600: "\(whole / 60)m"
        case ..<86_400: "\(whole / 3600)h"
        default: "\(whole / 86_400)d"
        }
    }
}
