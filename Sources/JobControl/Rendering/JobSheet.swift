import JobAPI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// All that is known of a job, a line for each thing.
enum JobSheet {
    /// The lines. What there is nothing to say about is left out.
    ///
    /// - Parameter now: Seconds since 1970, to tell how long it has been running.
    static func lines(_ job: JobResource, now: Double, style: Style) -> [String] {
        entries(job, now: now).compactMap { name, text, color in
            guard let text, !text.isEmpty else { return nil }
            let padded = DisplayText.pad(name, 10)
            return "\(style.paint(padded, .gray)) \(style.paint(text, color))"
        }
    }

    private static func entries(
        _ job: JobResource, now: Double
    ) -> [(String, String?, Style.Color?)] {
        let labels = job.labels.sorted { $0.key < $1.key }
            .map { DisplayText.clean("\($0.key)=\($0.value)") }.joined(separator: " ")
        let attempt =
            job.attempt == 0 ? nil : "\(job.attempt)\(job.maxAttempts.map { " of \($0)" } ?? "")"
        return [
            ("job", "\(job.id)", nil),
            ("name", job.name.map(DisplayText.clean), nil),
            ("owner", job.owner.map(DisplayText.clean), nil),
            ("state", JobText.standing(job), Style.color(of: job.state)),
            ("progress", job.progress.map(ProgressText.line), nil),
            ("source", job.progress?.source.map(DisplayText.clean), nil),
            ("definition", job.definition.map { definition($0, job.parameters ?? [:]) }, nil),
            ("command", DisplayText.clean(ShellQuoting.line(job.command)), nil),
            ("directory", job.cwd.map(DisplayText.clean), nil),
            ("queue", DisplayText.clean(job.queue), nil),
            ("labels", labels, nil),
            ("priority", job.priority == 0 ? nil : "\(job.priority)", nil),
            ("not before", job.notBefore.map(TimeText.local), nil),
            ("after", predecessors(job), nil),
            ("needs", ResourceText.needs(job.resources), nil),
            ("granted", job.granted.map(ResourceText.amounts), nil),
            ("limits", LimitText.limits(job.limits), nil),
            ("runs as", job.runAs.map(LimitText.user), nil),
            ("secrets", DisplayText.clean(job.secretEnv.joined(separator: " ")), nil),
            ("retries", job.retry.flatMap(retries), nil),
            ("time limit", job.timeoutSeconds.map(Quantity.duration), nil),
            ("silence", job.stallTimeoutSeconds.map(Quantity.duration), nil),
            ("kill grace", job.killGraceSeconds.map(Quantity.duration), nil),
            ("may write", job.outputLimitBytes.map { Quantity.bytes(Double($0)) }, nil),
            ("terminal", job.usesTerminal ? "yes" : nil, nil),
            ("files", job.watchesFiles ? "watched for progress" : nil, nil),
            ("attempt", attempt, nil),
            ("exit code", job.exitCode.map(String.init), nil),
            ("signal", job.signal.map { SignalName.text($0) }, nil),
            ("error", job.error.map(DisplayText.clean), nil),
            (
                "hint",
                job.hints.isEmpty ? nil : DisplayText.clean(job.hints.joined(separator: " ")), nil
            ),
            ("submitted", TimeText.local(job.createdAt), nil),
            ("started", job.startedAt.map(TimeText.local), nil),
            ("finished", job.finishedAt.map(TimeText.local), nil),
            ("ran for", JobText.seconds(job, now: now).map(Quantity.duration), nil),
            ("cpu time", job.usage?.cpuSeconds.map(Quantity.duration), nil),
            ("memory", job.usage?.maxRSSBytes.map { Quantity.bytes(Double($0)) }, nil),
            ("output", job.usage?.outputBytes.map { Quantity.bytes(Double($0)) }, nil),
        ]
    }

    /// `transcode input=a.mkv quality=20`
    private static func definition(
        _ name: String, _ parameters: [String: DefinitionResource.Value]
    ) -> String {
        let words = parameters.sorted { $0.key < $1.key }.map { name, value in
            DisplayText.clean("\(name)=\(ShellQuoting.word(value.description))")
        }
        return ([DisplayText.clean(name)] + words).joined(separator: " ")
    }

    private static func predecessors(_ job: JobResource) -> String {
        let ids = job.after.map(String.init).joined(separator: ", ")
        return job.afterPolicy == .finished ? "\(ids), whatever they come to" : ids
    }

    private static func retries(_ retry: RetryResource) -> String? {
        guard let attempts = retry.maxAttempts, attempts > 1 else { return nil }
        let failures = (retry.on ?? []).map { DisplayText.clean($0.rawValue) }
        let pause = retry.backoffSeconds.map { ", \(Quantity.duration($0)) apart at first" }
        return "\(attempts - 1)\(pause ?? ""), after \(failures.joined(separator: ", "))"
    }
}
