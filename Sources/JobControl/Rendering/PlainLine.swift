import JobAPI

/// Jobs and events as lines for a file or a pipe.
enum PlainLine {
    /// `42 nightly copy: 42%  3.1 files/s  19s left  copied a.txt`
    static func line(_ job: JobResource) -> String {
        let what =
            if job.state == .running, let progress = job.progress {
                ProgressText.line(progress)
            } else {
                JobText.standing(job)
            }
        // A whole script as a title would bury what there is to say.
        return "\(job.id) \(DisplayText.fit(JobText.title(job), 40)): \(what)"
    }

    /// An event of any job: `2026-11-22 08:15:30  42  running`.
    static func line(_ event: EventResource) -> String {
        let what =
            switch event.content {
            case .state(let state): state.rawValue
            case .action(let action, _): DisplayText.clean(action)
            case .progress(let progress): ProgressText.line(progress)
            case .end(let end) where end.state == .failed:
                "failed: "
                    + JobText.reason(
                        failure: end.failure, exitCode: end.exitCode, signal: end.signal,
                        error: end.error)
            case .end(let end): end.state.rawValue
            }
        let actor = event.by.map { "  by \(DisplayText.clean($0))" } ?? ""
        return "\(TimeText.local(event.time))  \(event.job)  \(what)\(actor)"
    }
}
