/// Where the daemon keeps what on disk.
///
/// ```
/// <state-dir>/
///   jobd.db          the database (with -wal and -shm beside it)
///   generation       which database this is, and how far it has come
///   reserve          room for the next start, while no daemon runs
///   lock             held by the daemon that runs on this directory
///   address          where it listens, one URL a line
///   token            the token that the daemon makes by itself
///   jobs/42/input    what was sent to the job's input
///   jobs/42/1/       attempt 1 of job 42: its journal, and while it runs its
///                    control and progress pipes
///   set-aside/       files of jobs and attempts that the database did not know
/// ```
package struct StateDirectory: Hashable, Sendable {
    /// An absolute path.
    package let path: String

    package init(path: String) {
        self.path = path
    }

    package var database: String { "\(path)/jobd.db" }
    package var generation: String { "\(path)/generation" }
    package var reserve: String { "\(path)/reserve" }
    package var lock: String { "\(path)/lock" }
    package var address: String { "\(path)/address" }
    /// The token that the daemon makes by itself, in one line.
    package var token: String { "\(path)/token" }
    package var jobs: String { "\(path)/jobs" }

    package var setAside: String { "\(path)/set-aside" }

    /// What belongs to one job.
    package func job(_ id: JobID) -> String { "\(jobs)/\(id)" }

    /// What was sent to a job's input, which each attempt reads from its beginning.
    package func input(_ id: JobID) -> String { "\(job(id))/input" }

    /// What belongs to one attempt.
    package func attempt(_ id: AttemptID) -> String { "\(job(id.job))/\(id.number)" }

    /// An attempt's journal.
    package func journal(_ id: AttemptID) -> String { "\(attempt(id))/journal" }
}
