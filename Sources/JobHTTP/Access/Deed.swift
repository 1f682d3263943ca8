import JobModel

/// What is asked of a job that is there.
enum Deed: CaseIterable, Sendable {
    /// To cancel it, to have it stand still, to take it away.
    case stop
    /// To have its command do something: to go on, to run again, to take a signal or
    /// input. It takes who may have such a command run.
    case drive
    /// To change how it is queued and labelled.
    case change
}

extension Principal {
    /// Whether it may do this to such a job, if it may control it at all.
    ///
    /// A token that is limited to definitions may have taken over the name, and so
    /// the jobs, of one that was not: what those run it must not command.
    ///
    /// - Throws: `forbidden`.
    func checkMay(_ deed: Deed, _ spec: JobSpec) throws(JobError) {
        switch deed {
        case .stop: return
        case .drive, .change: try checkMayRun(spec)
        }
    }
}
