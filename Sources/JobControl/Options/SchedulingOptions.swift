import ArgumentParser
import JobAPI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// When to run a job, after what, how often, and with what.
struct SchedulingOptions: ParsableArguments {
    @Option(
        // It may be below zero.
        parsing: .unconditional,
        help: ArgumentHelp("The higher, the sooner it starts (0).", valueName: "n"))
    var priority: Int?

    @Option(
        help: ArgumentHelp(
            "Do not start it before: +2h, 22:30, 2026-11-22 22:30, or RFC 3339.",
            valueName: "time"))
    var notBefore: TimeArgument?

    @Option(
        help: ArgumentHelp(
            "Start it after these jobs have succeeded: 40, 40,42 or 40-42; may be repeated.",
            valueName: "id"))
    var after: [IDGroup] = []

    @Flag(help: "With --after: whatever those jobs come to.")
    var afterFinished = false

    @Option(
        help: ArgumentHelp(
            "End it when it neither writes nor tells progress for so long.", valueName: "time"))
    var stallTimeout: DurationArgument?

    @Option(help: ArgumentHelp("Try again after a failure, so many times.", valueName: "n"))
    var retries: Int?

    @Option(
        help: ArgumentHelp(
            "The time before the first retry (5s); each further one is twice as long, "
                + "up to 5 minutes.", valueName: "time"))
    var retryBackoff: DurationArgument?

    @Option(
        help: ArgumentHelp(
            "Try again after these failures only: exit, signal, timeout, stalled, lost, "
                + "output_limit, unstartable. May be repeated.", valueName: "failure"))
    var retryOn: [String] = []

    @Option(
        name: .customLong("resource"),
        help: ArgumentHelp(
            "What it needs of its queue's resources: gpu=1. May be repeated.",
            valueName: "name=n"))
    var resources: [AssignmentArgument] = []

    @Option(
        name: .customLong("limit"),
        help: ArgumentHelp(
            "How much it may use: memory=2G, cpu=1h, files=1024, processes=64, nice=10, "
                + "io=idle. May be repeated.", valueName: "name=value"))
    var limits: [AssignmentArgument] = []

    @Option(
        help: ArgumentHelp(
            "As whom it runs, which takes an administrator and a jobd that is root.",
            valueName: "user[:group]"))
    var runAs: String?

    /// The first of these options that was given.
    var given: String? {
        let options: [(String, Bool)] = [
            ("--not-before", notBefore != nil), ("--after", !after.isEmpty),
            ("--after-finished", afterFinished),
        ]
        return options.first { $0.1 }?.0 ?? givenBesideTime
    }

    /// The first that was given of those that do not say when.
    var givenBesideTime: String? {
        let options: [(String, Bool)] = [
            ("--priority", priority != nil),
            ("--stall-timeout", stallTimeout != nil), ("--retries", retries != nil),
            ("--retry-backoff", retryBackoff != nil), ("--retry-on", !retryOn.isEmpty),
            ("--resource", !resources.isEmpty), ("--limit", !limits.isEmpty),
            ("--run-as", runAs != nil),
        ]
        return options.first { $0.1 }?.0
    }

    /// Adds to a request what was asked for.
    ///
    /// - Parameter predecessors: The jobs that `--after` names.
    /// - Throws: `Trouble` when it makes no sense.
    func apply(
        to submission: inout JobSubmission, after predecessors: [Int64], now: Date
    ) throws {
        submission.priority = priority
        submission.notBefore = try notBefore?.date(now: now)
        if !predecessors.isEmpty {
            submission.after = predecessors.map(JobSubmission.Predecessor.id)
            if afterFinished { submission.afterPolicy = .finished }
        } else if afterFinished {
            throw Trouble.usage("--after-finished goes with --after ID")
        }
        submission.stallTimeoutSeconds = stallTimeout?.seconds
        submission.retry = try retry()
        if !limits.isEmpty { submission.limits = try LimitOptions.limits(limits) }
        if let runAs {
            let parts = runAs.split(separator: ":", omittingEmptySubsequences: false)
            guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else {
                throw Trouble.usage("--run-as wants USER or USER:GROUP, not '\(runAs)'")
            }
            submission.runAs = RunAsResource(
                user: String(parts[0]), group: parts.count == 2 ? String(parts[1]) : nil)
        }
        if !resources.isEmpty { submission.resources = try ResourceOptions.needs(resources) }
    }

    private func retry() throws -> RetryResource? {
        guard retries != nil || retryBackoff != nil || !retryOn.isEmpty else { return nil }
        if let retries, retries < 0 || retries == .max {
            throw Trouble.usage("--retries must be 0 or more")
        }
        let failures = retryOn.flatMap { $0.split(separator: ",") }
        for failure in failures where !Self.failures.contains(String(failure)) {
            throw Trouble.usage(
                "--retry-on: there is no failure '\(failure)'; there are "
                    + Self.failures.joined(separator: ", "))
        }
        var retry = RetryResource(maxAttempts: retries.map { $0 + 1 })
        retry.backoffSeconds = retryBackoff?.seconds
        if !failures.isEmpty {
            retry.on = failures.map { JobResource.Failure(rawValue: String($0)) }
        }
        return retry
    }

    /// What may be retried; a job that comes after another one that failed would
    /// only fail again.
    private static let failures = [
        JobResource.Failure.exit, .signal, .timeout, .stalled, .lost, .outputLimit, .unstartable,
    ].map(\.rawValue)
}
