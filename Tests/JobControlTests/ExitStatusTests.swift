import ArgumentParser
import JobAPI
import JobClient
import Testing

@testable import JobControl

/// What jobctl exits with.
@Suite struct ExitStatusTests {
    /// How a job ended, and what `run` exits with.
    struct Case: Sendable {
        var state: JobResource.State = .failed
        var failure: JobResource.Failure?
        var exitCode: Int?
        var signal: Int?
        var error: String?
        var status: Int32
    }

    @Test(arguments: [
        Case(state: .succeeded, exitCode: 0, status: 0),
        Case(failure: .exit, exitCode: 3, status: 3),
        Case(failure: .exit, exitCode: 255, status: 255),
        Case(failure: .signal, signal: 9, status: 137),
        Case(failure: .timeout, signal: 15, status: 124),
        Case(failure: .outputLimit, signal: 15, status: 143),
        Case(failure: .lost, status: 125),
        Case(
            failure: .unstartable, error: "Cannot run 'x': No such file or directory.", status: 127),
        Case(failure: .unstartable, error: "Cannot run '/x': Permission denied.", status: 126),
        Case(
            failure: .unstartable,
            error: "Cannot change to the directory '/x': No such file or directory.", status: 126),
        Case(failure: .unstartable, exitCode: 127, status: 127),
        Case(failure: .dependency, status: 1),
        Case(state: .cancelled, signal: 15, status: 130),
    ])
    func run(_ sample: Case) throws {
        var job = try Samples.job()
        job.state = sample.state
        job.failure = sample.failure
        job.exitCode = sample.exitCode
        job.signal = sample.signal
        job.error = sample.error
        #expect(ExitStatus.of(job) == sample.status)
    }

    @Test(
        arguments: [
            (
                ClientError.unreachable(Endpoint(socketPath: "/s"), reason: "no such socket"), 69,
                125
            ),
            (ClientError.notPermitted(Endpoint(socketPath: "/s")), 77, 125),
            (ClientError.problem(Problem(status: 401, title: "Unauthorized")), 77, 125),
            (ClientError.problem(Problem(status: 403, title: "Forbidden")), 77, 125),
            (ClientError.problem(Problem(status: 404, title: "No such job")), 1, 125),
            (ClientError.protocolViolation("what"), 1, 125),
            (Trouble.usage("what"), 64, 64),
            (ClosedPipe(), 141, 141),
        ] as [(any Error & Sendable, Int32, Int32)])
    func troubles(_ error: any Error & Sendable, _ status: Int32, _ ofRun: Int32) throws {
        let trouble = Trouble(error)
        #expect(try WaitVerb.parse(["1"]).status(for: trouble) == status)
        #expect(try RunVerb.parse(["ls"]).status(for: trouble) == ofRun)
        #expect(!trouble.message.contains("\n"))
    }
}
