import ArgumentParser
import Foundation
import JobAPI
import Testing

@testable import JobControl

/// When, after what, how often and with what a job runs.
@Suite struct SchedulingTests {
    private let now = Date(timeIntervalSince1970: 1_795_335_330)

    private func submission(
        _ words: [String], after predecessors: [Int64] = []
    ) throws -> JobSubmission {
        let verb = try #require(
            try SubmitVerb.parseAsRoot(words + ["--", "ls"]) as? SubmitVerb)
        return try verb.what.submission(
            directory: "/", environment: [:], after: predecessors, now: now)
    }

    @Test func everything() throws {
        let submission = try submission(
            [
                "--priority", "-5", "--not-before", "+2h", "--after", "40,42", "--after-finished",
                "--stall-timeout", "5m", "--retries", "2", "--retry-backoff", "10s", "--retry-on",
                "exit,lost", "--retry-on", "stalled", "--resource", "gpu", "--resource",
                "mem_gb=8",
            ], after: [40, 42])
        #expect(submission.priority == -5)
        #expect(submission.notBefore == now.addingTimeInterval(7200))
        #expect(submission.after == [.id(40), .id(42)])
        #expect(submission.afterPolicy == .finished)
        #expect(submission.stallTimeoutSeconds == 300)
        #expect(
            submission.retry
                == RetryResource(
                    maxAttempts: 3, backoffSeconds: 10, on: [.exit, .lost, .stalled]))
        #expect(submission.resources == ["gpu": 1, "mem_gb": 8])
    }

    @Test func whatIsNotAskedForIsNotSent() throws {
        let submission = try submission([])
        var expected = JobSubmission(command: .arguments(["ls"]))
        expected.cwd = "/"
        #expect(submission == expected)
        #expect(try self.submission(["--retries", "0"]).retry == RetryResource(maxAttempts: 1))
    }

    @Test(
        arguments: [
            ["--after-finished"], ["--retries", "-1"], ["--retry-on", "bad luck"],
            ["--retry-on", "dependency"], ["--resource", "gpu=0"], ["--resource", "gpu=a"],
            ["--resource", "gpu="], ["--resource", "gpu", "--resource", "gpu=2"],
            ["--not-before", "soon"],
        ])
    func refused(_ words: [String]) {
        #expect(throws: (any Error).self) { try submission(words) }
    }

    @Test(
        arguments: [
            (["mem_gb=24"], ["mem_gb": .count(24)]), (["gpu=0,1"], ["gpu": .names(["0", "1"])]),
            (["gpu=0,"], ["gpu": .names(["0"])]), (["gpu=cuda0"], ["gpu": .names(["cuda0"])]),
            (["gpu=0", "gpu=1"], ["gpu": .names(["0", "1"])]),
            (["a=1", "b=x,y"], ["a": .count(1), "b": .names(["x", "y"])]),
            (["a=0"], ["a": .count(0)]),
        ] as [([String], [String: QueueResource.Amount])])
    func resourcesOfAQueue(_ words: [String], _ amounts: [String: QueueResource.Amount]) throws {
        let assignments = words.compactMap(AssignmentArgument.init(argument:))
        #expect(assignments.count == words.count)
        #expect(try ResourceOptions.amounts(assignments) == amounts)
    }

    @Test(arguments: [["a"], ["a="], ["a=,"], ["a=x,x"], ["a=0", "a=0"]])
    func noResourcesOfAQueue(_ words: [String]) {
        #expect(throws: Trouble.self) {
            try ResourceOptions.amounts(words.compactMap(AssignmentArgument.init(argument:)))
        }
    }

    @Test(
        arguments: [
            (["--", "ls"], "a command"), (["--shell", "ls"], "--shell"),
            (["--priority", "1"], "--priority"), (["--label", "a=b"], "--label"),
            (["--resource", "a"], "--resource"), (["--after", "3"], "--after"),
            (["--open-stdin"], "--open-stdin"), (["-n"], "--no-stdin"), ([], nil),
        ] as [([String], String?)])
    func whatContradictsAFile(_ words: [String], _ option: String?) throws {
        let verb = try #require(
            try SubmitVerb.parseAsRoot(["--file", "x"] + words) as? SubmitVerb)
        #expect(verb.what.given == option)
    }
}
