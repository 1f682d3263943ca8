import HTTPTypes
import Hummingbird
import JobAPI
import JobModel

/// Removing finished jobs by hand.
struct PruneRoutes: Sendable {
    let actions: JobActions

    func add(to router: Router<JobRequestContext>) {
        router.endpoint("/prune", [.post: prune])
    }

    @Sendable private func prune(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let who = try context.require(.admin)
        let pruned = try await actions.prune(try PruneRequest(json: try await request.json()))
        context.audit("Jobs pruned", by: who, ["count": "\(pruned.jobs)"])
        return .json { json in
            json.object {
                $0.member("jobs", pruned.jobs)
                $0.member("bytes", pruned.bytes)
                $0.member("complete", pruned.isComplete)
            }
        }
    }
}
