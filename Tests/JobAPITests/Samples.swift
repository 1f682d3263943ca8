import JobModel

/// 2026-11-22T08:15:30.123Z
let sampleTime = Timestamp(microseconds: 1_795_335_330_123_456)

/// The events whose encodings are kept as golden files.
let sampleEvents: [Event] = {
    func event(
        _ id: Int64, _ attempt: Int, _ content: Event.Content, by actor: Identity? = nil
    ) -> Event {
        Event(
            id: EventID(rawValue: id), job: JobID(rawValue: 42), time: sampleTime + id * 1000,
            attempt: attempt, content: content, actor: actor)
    }
    return [
        event(1088, 0, .state(.queued)),
        event(1089, 0, .state(Event.StateChange(.waiting, waitingFor: .jobs))),
        event(1090, 1, .state(.running)),
        event(1091, 1, .state(.paused)),
        event(
            1093, 1,
            .progress(
                Progress(
                    fraction: 0.42, done: 42, total: 100, unit: "files",
                    message: "copied \"a.txt\"", rate: 3.1, etaSeconds: 18.7,
                    source: ProgressSource(rawValue: "rsync")))),
        event(1094, 1, .progress(Progress(fraction: 0.5, source: .percent))),
        event(1095, 1, .progress(Progress(done: 3, total: 10, source: .counter))),
        event(1096, 1, .progress(Progress(done: 1.5, unit: "GB", source: .direct))),
        event(1097, 1, .progress(Progress(message: "one\ntwo\r\nthree\rfour", source: .json))),
        event(1098, 1, .progress(Progress(fraction: 0.9999, message: "nearly", source: .json))),
        event(
            1099, 1,
            .state(
                Event.StateChange(
                    .waiting, waitingFor: .retry, exitCode: 3, failure: .exit,
                    error: "It exited with 3."))),
        event(1101, 1, .end(Event.End(state: .succeeded, exitCode: 0))),
        event(1102, 1, .end(Event.End(state: .cancelled, signal: 15))),
        event(
            1103, 2,
            .end(
                Event.End(
                    state: .failed, exitCode: 3, failure: .exit, error: "It exited with 3."))),
        event(1104, 2, .state(.queued), by: .user(1000)),
        event(1105, 3, .action(.signal, .paused), by: .token("c\"i")),
        event(1106, 3, .end(Event.End(state: .cancelled, signal: 15)), by: .anyone),
    ]
}()

/// A job with every field set, also those that no job has at the same time.
let sampleJob: Job = {
    var spec = JobSpec(command: .arguments(["rsync", "-a", "src/", "a \"b\""]))
    spec.name = "nightly copy"
    spec.labels = ["app": "shop", "a": "1"]
    spec.cwd = "/srv"
    spec.environment = ["TOKEN": "env-secret"]
    spec.secretEnvironment = ["KEY": .value("key-secret")]
    spec.stdin = "stdin-secret"
    spec.definition = DefinitionUse(name: "backup", parameters: ["to": .text("dst")])
    spec.tty = true
    spec.watchFiles = true
    spec.priority = -7
    spec.timeout = 3_600_500_000
    spec.stallTimeout = 90_250_000
    spec.killGrace = 2_500_000
    spec.outputLimitBytes = 1024
    spec.retry = RetryPolicy(
        maxAttempts: 3, backoff: 500_000, factor: 1.5, maxBackoff: 60_000_000,
        on: [.exit, .unstartable, .lost])
    spec.notBefore = sampleTime + 250_000
    spec.after = [JobID(rawValue: 7), JobID(rawValue: 40)]
    spec.afterPolicy = .finished
    spec.resources = ["mem_gb": 8, "gpu": 2]
    return Job(
        id: JobID(rawValue: 42), spec: spec, owner: .token("ci"), state: .failed,
        waitingFor: .retry,
        eligibleAt: sampleTime + 4_000_000, attempt: 2, attemptLimit: 5, createdAt: sampleTime,
        startedAt: sampleTime + 1_000_000, finishedAt: sampleTime + 2_000_000,
        cancelRequestedAt: sampleTime + 1_500_000, exitCode: 3, signal: 9, failure: .outputLimit,
        error: "It wrote too much.",
        progress: StampedProgress(
            progress: Progress(
                fraction: 0.42, done: 42, total: 100, unit: "files", message: "hi", rate: 3.1,
                etaSeconds: 18.7, source: ProgressSource(rawValue: "rsync")),
            time: sampleTime + 3_000_000),
        usage: Usage(cpuMicroseconds: 1_900_000, maxRSSBytes: 10_485_760, outputBytes: 2048),
        granted: ["mem_gb": .amount(8), "gpu": .names(["0", "GPU-b"])],
        cursor: EventID(rawValue: 1093))
}()
