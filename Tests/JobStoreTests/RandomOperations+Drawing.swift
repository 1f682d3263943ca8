import JobModel
import JobTestSupport
import Testing

@testable import JobStore

/// What the steps are made of.
extension RandomOperations {
    private static let names = ["copy", "Xerox", "o"]
    private static let queueNames = ["default", "a", "b", "z"]

    mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &random)
    }

    mutating func oneIn(_ count: Int) -> Bool { number(1...count) == 1 }

    // MARK: Picking

    /// Mostly one that there is, and that is in such a state.
    mutating func pickJob(where isWanted: (JobState) -> Bool = { _ in true }) -> JobID {
        if oneIn(12) {
            return JobID(rawValue: Int64(number(0...Int(model.newestJob.rawValue) + 2)))
        }
        let isAnyWanted = oneIn(4)
        let wanted = model.records.filter { isAnyWanted || isWanted($0.value.job.state) }
        return wanted.keys.sorted().randomElement(using: &random) ?? JobID(rawValue: 1)
    }

    /// Mostly one that is under way.
    mutating func pickAttempt() -> AttemptID {
        if !oneIn(10), let job = model.active.randomElement(using: &random) {
            return AttemptID(job: job.id, number: job.attempt)
        }
        return AttemptID(job: pickJob(), number: number(0...2))
    }

    mutating func pickIdentity() -> Identity {
        [.user(0), .user(1000), .token("ci"), .anyone].randomElement(using: &random) ?? .anyone
    }

    /// Not always one that there is.
    mutating func pickQueue() -> String {
        Self.queueNames.randomElement(using: &random) ?? "default"
    }

    // MARK: Jobs

    mutating func makeSpec() -> JobSpec {
        var spec = JobSpec(command: .shell("echo \(number(0...9))"))
        if oneIn(2) { spec.command = .arguments(["cp", "-x", "\(number(0...9))"]) }
        if oneIn(2) { spec.name = Self.names.randomElement(using: &random) }
        if oneIn(2) { spec.queue = model.queues.keys.sorted().randomElement(using: &random) ?? "" }
        if oneIn(3) { spec.priority = number(-2...2) }
        if oneIn(3) { spec.stdin = "" }
        if oneIn(4) { spec.watchFiles = true }
        spec.labels = makeLabels()
        spec.killGrace = Int64(number(0...10_000_000))
        if oneIn(4) { spec.stallTimeout = Int64(number(1...10_000_000)) }
        if oneIn(3) { spec.notBefore = makeTime() }
        if oneIn(2) { spec.retry = makeRetry() }
        if oneIn(3) {
            for _ in 0..<number(1...3) { spec.after.append(pickJob { !$0.isFinished }) }
            spec.after = Set(spec.after).sorted()
        }
        if oneIn(3) { spec.afterPolicy = .finished }
        if oneIn(2), let resources = model.queues[spec.queue]?.resources {
            for (name, resource) in resources.sorted(by: { $0.key < $1.key }) where oneIn(2) {
                spec.resources[name] = Int64(number(1...max(1, Int(resource.total))))
            }
        }
        return spec
    }

    /// Which of so many come after which: not in the order of their places, and
    /// without a circle.
    mutating func makeSiblings(_ count: Int) -> [[Int]] {
        let order = (0..<count).shuffled(using: &random)
        var siblings = [[Int]](repeating: [], count: count)
        for (rank, index) in order.enumerated() where rank > 0 && oneIn(2) {
            siblings[index] = (0..<number(1...2)).map { _ in order[number(0...rank - 1)] }
        }
        return siblings
    }

    private mutating func makeRetry() -> RetryPolicy {
        let backoffs: [Int64] = [0, 1000, 1_000_000, 8_000_000]
        let factors = [1, 1.5, 2, 1000]
        var retry = RetryPolicy(
            maxAttempts: number(1...4), backoff: backoffs[number(0...3)],
            factor: factors[number(0...3)], maxBackoff: Int64(number(0...60)) * 1_000_000)
        if oneIn(3) {
            retry.on = Set(Failure.allCases.shuffled(using: &random).prefix(number(0...4)))
        }
        return retry
    }

    /// Nil, past or future.
    mutating func makeTime() -> Timestamp? {
        oneIn(4) ? nil : fixture.now + Int64(number(-1_000_000...3_000_000))
    }

    mutating func makeLabels() -> [String: String] {
        var labels: [String: String] = [:]
        for _ in 0..<number(0...2) { labels["l\(number(0...2))"] = "\(number(0...1))" }
        return labels
    }

    mutating func makeKey() -> IdempotencyKey? {
        guard oneIn(4) else { return nil }
        return IdempotencyKey(key: "k\(number(0...9))", digest: [UInt8(number(0...1)), 0, 255])
    }

    // MARK: Attempts

    mutating func makeReadings() -> [StampedProgress] {
        // Often only a message, without numbers.
        let isMeasured = oneIn(2)
        return (0..<number(0...3)).map { _ in
            var reading = reading(
                Double(number(0...1000)) / 1000, at: Int64(number(0...1_000_000)))
            if !isMeasured {
                reading.progress.fraction = nil
                reading.progress.message = "m\(number(0...9))"
            }
            return reading
        }
    }

    mutating func makeOutcome() -> Outcome {
        let time = fixture.now + Int64(number(-2000...2000))
        let usage = Usage(
            cpuMicroseconds: Int64(number(0...9)), maxRSSBytes: Int64(number(0...9)),
            outputBytes: Int64(number(0...9)))
        switch number(0...9) {
        case 0...3: return Outcome(state: .succeeded, exitCode: 0, usage: usage, time: time)
        case 4: return Outcome(state: .cancelled, signal: 15, usage: usage, time: time)
        case 5...6: return Outcome(state: .failed, failure: .lost, error: "lost", time: time)
        default:
            let failures = Failure.allCases.filter { $0 != .dependency }
            return Outcome(
                state: .failed, exitCode: Int32(number(1...255)),
                failure: failures.randomElement(using: &random), error: "e",
                usage: usage, time: time)
        }
    }

    // MARK: Queues and filters

    /// One of them is sometimes a number and sometimes names.
    mutating func makeResources() -> [String: Resource] {
        var resources: [String: Resource] = [:]
        if oneIn(2) { resources["mem_gb"] = .count(Int64(number(1...24))) }
        switch number(0...4) {
        case 0: resources["gpu"] = .count(Int64(number(1...4)))
        case 1: resources["gpu"] = .names(["red", "1"])
        case 2...3: resources["gpu"] = .names((0..<number(1...4)).map { "\($0)" })
        default: break
        }
        return resources
    }

    mutating func makeFilter() -> JobFilter {
        var filter = JobFilter()
        let all = JobState.allCases.shuffled(using: &random)
        if oneIn(2) { filter.states = Array(all.prefix(number(0...3))) }
        if oneIn(4) { filter.queue = pickQueue() }
        if oneIn(4) { filter.name = Self.names.randomElement(using: &random) }
        if oneIn(4) { filter.owner = pickIdentity() }
        if oneIn(4) { filter.labels = makeLabels() }
        if oneIn(4) { filter.text = ["O", "copy", "x"].randomElement(using: &random) }
        return filter
    }
}
