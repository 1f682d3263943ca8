import JobAPI
import JobClient

/// Whether jobs wait for a queue that starts none.
struct QueueCheck: DoctorCheck {
    func findings(_ examination: Examination) async -> [Finding] {
        // Whoever may not see them is told so elsewhere.
        guard let queues = try? await examination.resource({ try await $0.queues() }) else {
            return []
        }
        let findings = queues.queues.compactMap(Self.finding)
        return findings.isEmpty
            ? [Finding("queues", .ok, "every queue starts its jobs")] : findings
    }

    /// What there is to say of a queue; nil when it starts its jobs.
    static func finding(_ queue: QueueResource) -> Finding? {
        guard queue.isPaused || queue.slots == 0 else { return nil }
        let name = queue.name
        return Finding(
            "queues", .info,
            "\(name) \(queue.isPaused ? "is paused" : "has no slots"), and \(queue.queued) jobs "
                + "wait for it",
            advice: queue.isPaused
                ? "jobctl queue resume \(name)" : "jobctl queue set \(name) --slots 1")
    }
}
