#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

import JobAPI

/// Jobs as a table.
enum ListTable {
    /// A row for each job.
    ///
    /// - Parameter now: Seconds since 1970, to tell how long ago and how long.
    static func table(_ jobs: [JobResource], now: Double) -> Table {
        var table = Table([
            Table.Column(title: "ID", isAlignedRight: true),
            Table.Column(title: "STATE"),
            Table.Column(title: "PROGRESS", isAlignedRight: true),
            Table.Column(title: "TIME", isAlignedRight: true),
            Table.Column(title: "AGE", isAlignedRight: true),
            Table.Column(title: "JOB", isFlexible: true),
        ])
        for job in jobs {
            let age = max(0, now - job.createdAt.timeIntervalSince1970)
            table.append([
                Table.Cell("\(job.id)"),
                Table.Cell(DisplayText.clean(job.state.rawValue), Style.color(of: job.state)),
                Table.Cell(progress(job)),
                Table.Cell(JobText.seconds(job, now: now).map(Quantity.duration) ?? "-"),
                Table.Cell(Quantity.duration(age)),
                Table.Cell(JobText.title(job)),
            ])
        }
        return table
    }

    private static func progress(_ job: JobResource) -> String {
        guard let progress = job.progress else { return "-" }
        if let fraction = progress.fraction { return Quantity.percent(fraction) }
        guard let done = progress.done else { return "-" }
        return Quantity.amount(done, unit: progress.unit)
    }
}
