import JobAPI
import JobClient

/// Whether jobs were lost: their supervisors killed, or the machine restarted.
struct LostJobCheck: DoctorCheck {
    func findings(_ examination: Examination) async -> [Finding] {
        let query = JobQuery(state: "failed", limit: JobQuery.maximumLimit)
        // Whoever may not see them is told so elsewhere.
        guard let page = try? await examination.resource({ try await $0.jobs(query) }) else {
            return []
        }
        let lost = page.jobs.filter { $0.failure == .lost }
        guard let newest = lost.first else { return [] }
        return [
            Finding(
                "lost jobs", .info,
                "\(lost.count) of the last \(page.jobs.count) failed jobs were lost, the newest "
                    + "of them job \(newest.id)",
                advice: "after a restart of the machine that is to be expected; otherwise look for "
                    + "what kills jobd-supervise, as the kernel does when memory runs out")
        ]
    }
}
