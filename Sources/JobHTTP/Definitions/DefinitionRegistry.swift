import Dispatch
package import JobModel
import Synchronization

/// The definitions there are now. They are replaced all at once, and jobs that were
/// submitted before are none the wiser: these are expanded.
package final class DefinitionRegistry: Sendable {
    private let current: Mutex<[Definition]>
    /// Following links asks a file system, which may be far away.
    private let queue = DispatchQueue(label: "jobd.definitions")

    package init(_ definitions: [Definition] = []) {
        current = Mutex(definitions)
    }

    /// Puts others in their place.
    package func replace(with definitions: [Definition]) {
        current.withLock { $0 = definitions }
    }

    /// The definition of this name, whoever may start it; nil when there is none.
    func definition(named name: String) -> Definition? {
        current.withLock { $0.first { $0.name == name } }
    }

    /// What somebody may start.
    func offer(to principal: Principal) -> Offer {
        Offer(of: current.withLock { $0 }, to: principal) { path, root in
            LinkResolution.resolve(path, below: root)
        }
    }

    /// Reads a request of somebody, which may start what is offered to them, where
    /// that may block.
    func reading<Result: Sendable>(
        for principal: Principal,
        _ body: @escaping @Sendable (Offer) throws(JobError) -> Result
    ) async throws -> Result {
        let offer = offer(to: principal)
        guard offer.definitions.contains(where: \.hasPaths) else { return try body(offer) }
        return try await withCheckedThrowingContinuation { continuation in
            queue.async {
                do throws(JobError) {
                    continuation.resume(returning: try body(offer))
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }
}
