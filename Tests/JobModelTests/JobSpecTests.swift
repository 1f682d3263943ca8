import JobModel
import Testing

/// What a spec means when it says nothing, and where a job's files are.
@Suite struct JobSpecTests {
    @Test func hasTheDocumentedDefaults() {
        let spec = JobSpec(command: .shell("true"))
        #expect(spec.queue == "default")
        #expect(spec.killGrace == 10_000_000)
        #expect(spec.outputLimitBytes == 67_108_864)
        #expect(spec.timeout == nil)
        #expect(!spec.tty)
        #expect(spec.labels.isEmpty && spec.environment.isEmpty)
        #expect(spec.name == nil && spec.cwd == nil && spec.stdin == nil)
        #expect(spec.priority == 0 && spec.stallTimeout == nil && spec.notBefore == nil)
        #expect(spec.retry == nil && spec.resources.isEmpty)
        #expect(spec.after.isEmpty && spec.afterPolicy == .succeeded)
    }

    /// A job has one attempt unless its spec says otherwise.
    @Test func theSpecSaysHowManyAttemptsThereAre() {
        func limit(_ retry: RetryPolicy?) -> Int {
            Job(
                id: JobID(rawValue: 1), spec: JobSpec(command: .shell("true"), retry: retry),
                state: .queued, attempt: 0, createdAt: Timestamp(microseconds: 0),
                cursor: .beginning
            ).attemptLimit
        }
        #expect(limit(nil) == 1)
        #expect(limit(RetryPolicy()) == 3)
        #expect(limit(RetryPolicy(maxAttempts: 7)) == 7)
    }

    @Test func anArrayIsExecutedAsItIsAndAStringByTheShell() {
        #expect(Command.arguments(["a b", "", "$c"]).argumentVector == ["a b", "", "$c"])
        #expect(Command.shell("a b; $c").argumentVector == ["/bin/sh", "-c", "a b; $c"])
    }

    @Test func filesLieWhereTheLayoutSays() {
        let directory = StateDirectory(path: "/state")
        let attempt = AttemptID(job: JobID(rawValue: 42), number: 3)
        #expect(directory.database == "/state/jobd.db")
        #expect(directory.lock == "/state/lock")
        #expect(directory.address == "/state/address")
        #expect(directory.job(attempt.job) == "/state/jobs/42")
        #expect(directory.input(attempt.job) == "/state/jobs/42/input")
        #expect(directory.attempt(attempt) == "/state/jobs/42/3")
        #expect(directory.journal(attempt) == "/state/jobs/42/3/journal")
        #expect(attempt.description == "42.3")
    }

    @Test func identifiersAreOrderedByNumberNotByText() {
        #expect(JobID(rawValue: 9) < JobID(rawValue: 10))
        #expect(EventID(rawValue: 99) < EventID(rawValue: 100))
        #expect(EventID.beginning < EventID(rawValue: 1))
    }
}
