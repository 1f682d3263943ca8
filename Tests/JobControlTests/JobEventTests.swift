import JobAPI
import Testing

@testable import JobControl

/// What a job's own events make of it.
@Suite struct JobEventTests {
    private func event(_ members: String) throws -> EventResource {
        try EventResource(
            json: Array(
                #"{"id":2000,"job":42,"time":"2026-11-22T08:16:00.000Z",\#(members)}"#.utf8))
    }

    @Test func anAttemptThatIsTriedAgain() throws {
        var job = try Samples.job()
        job.apply(
            try event(
                #""state":"waiting","attempt":1,"waiting_for":"retry","exit_code":3,"failure":"exit""#
            ))
        #expect(job.state == .waiting)
        #expect(job.exitCode == 3)
        #expect(JobText.standing(job) == "waiting to be tried again, after exit code 3")
        job.apply(try event(#""state":"running","attempt":2"#))
        #expect(job.state == .running)
        #expect(job.attempt == 2)
        #expect(job.exitCode == nil)
        #expect(job.failure == nil)
        #expect(job.waitingFor == nil)
        #expect(job.progress == nil)
    }

    @Test func pausingKeepsWhatIsKnown() throws {
        var job = try Samples.job()
        let (progress, start) = (job.progress, job.startedAt)
        job.apply(try event(#""state":"paused","attempt":1"#))
        #expect(job.state == .paused)
        job.apply(try event(#""state":"running","attempt":1"#))
        #expect(job.progress == progress)
        #expect(job.startedAt == start)
    }

    @Test func runningAgainByHand() throws {
        var job = try Samples.job()
        job.apply(try event(#""state":"failed","attempt":1,"exit_code":3,"failure":"exit""#))
        #expect(job.finishedAt != nil)
        job.apply(try event(#""state":"queued","attempt":1"#))
        #expect(job.finishedAt == nil)
        #expect(job.state == .queued)
    }

    @Test func whatAJobWaitsFor() throws {
        var job = try Samples.job()
        job.state = .waiting
        job.waitingFor = "time"
        job.eligibleAt = job.createdAt
        #expect(JobText.standing(job) == "waiting until \(TimeText.local(job.createdAt))")
        job.waitingFor = "jobs"
        job.after = [40]
        #expect(JobText.standing(job) == "waiting for job 40")
        job.after = [40, 41, 42, 43, 44, 45, 46]
        #expect(JobText.standing(job) == "waiting for jobs 40, 41, 42, 43, 44 and 2 more")
    }
}
