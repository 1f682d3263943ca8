import Hummingbird
import JobAPI
import JobModel
import JobStore

/// Whether the daemon lives, and whether it can do its work.
struct HealthRoutes: Sendable {
    let store: Store
    /// Where the daemon listens.
    let addresses: [String]
    /// What does not work for now beside storing, though jobs go on.
    let warnings: @Sendable () -> [String]

    func add(to router: Router<JobRequestContext>) {
        router.endpoint("/health", [.get: health])
        router.endpoint("/ready", [.get: ready])
    }

    /// Open to everybody: whoever starts the daemon waits for it.
    @Sendable private func health(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        .json { json in
            json.object {
                $0.member("status", "ok")
                $0.member("version", Version.current)
            }
        }
    }

    @Sendable private func ready(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        try context.require(.read)
        if let failure = await store.writeFailure() {
            // 503 whatever the cause: this is what a load balancer understands.
            return .problem(JobError(.unavailable, failure.message))
        }
        let counts = try await store.jobCounts()
        return .json { json in
            json.object {
                $0.member("ready", true)
                $0.member("queued", counts[.queued] ?? 0)
                $0.member("running", counts[.running] ?? 0)
                $0.key("addresses")
                $0.array { for address in addresses { $0.value(address) } }
                $0.key("warnings")
                $0.array { for warning in warnings() { $0.value(warning) } }
            }
        }
    }
}
