import JobAPI

/// What a job is, beside its id.
enum CompletionText {
    /// `nightly copy (running, 42%)`
    static func of(_ job: JobResource) -> String {
        var standing = DisplayText.clean(job.state.rawValue)
        if !job.state.isFinished, let percent = job.progress?.percent {
            standing += ", \(percent)"
        } else if job.state == .failed {
            standing += ", \(JobText.reason(job))"
        }
        return "\(DisplayText.fit(JobText.title(job), 40)) (\(DisplayText.fit(standing, 40)))"
    }
}
