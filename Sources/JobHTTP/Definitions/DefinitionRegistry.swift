import Dispatch
package import JobModel
import Synchronization

/// The definitions there are now. They are replaced all at once, and jobs that were
/// submitted before are none the wiser: these are expanded.
package final class DefinitionRegistry: Sendable {
    private let current: Mutex<[Definition]>
    /// Following links asks a file system, which may be far away.
    private let queue = DispatchQueue(label: "jobd.definitions", attributes: .concurrent)
    /// How many look at files.
    private let looking = Mutex(0)

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

    /// Reads a request of somebody, which may start what is offered to them: where it
    /// may block, if files have to be looked at for it, and for no longer than a while.
    func reading<Result: Sendable>(
        for principal: Principal,
        _ body: @escaping @Sendable (Offer) throws(JobError) -> Result
    ) async throws -> Result {
        // Most requests name no definition that has paths, which shows as they are read.
        let mustLook = Mutex(false)
        let blind = Offer(of: current.withLock { $0 }, to: principal) { _, _ in
            mustLook.withLock { $0 = true }
            return .unknown("it was not looked at")
        }
        do throws(JobError) {
            let result = try body(blind)
            if !mustLook.withLock({ $0 }) { return result }
        } catch {
            guard mustLook.withLock({ $0 }) else { throw error }
        }
        return try await look(at: offer(to: principal), body)
    }

    private func look<Result: Sendable>(
        at offer: Offer, _ body: @escaping @Sendable (Offer) throws(JobError) -> Result
    ) async throws -> Result {
        let isOneTooMany = looking.withLock { looking in
            if looking == Self.most { return true }
            looking += 1
            return false
        }
        if isOneTooMany { throw Self.noAnswer }
        return try await withCheckedThrowingContinuation { continuation in
            let answer = OneAnswer(continuation)
            queue.async { [self] in
                do throws(JobError) {
                    answer.give(.success(try body(offer)))
                } catch {
                    answer.give(.failure(error))
                }
                looking.withLock { $0 -= 1 }
            }
            DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) {
                answer.give(.failure(Self.noAnswer))
            }
        }
    }

    private static let noAnswer = JobError(
        .unavailable,
        "The file system in which a definition's paths lie does not answer. Try again later.")
    /// How many may look at once: a file system that does not answer keeps a thread each.
    private static let most = 8
    /// Seconds.
    private static let patience = 10.0
}

/// Resumes a continuation with the first answer there is.
private final class OneAnswer<Value: Sendable>: Sendable {
    private let waiting: Mutex<CheckedContinuation<Value, any Error>?>

    init(_ continuation: CheckedContinuation<Value, any Error>) {
        waiting = Mutex(continuation)
    }

    func give(_ answer: Result<Value, any Error>) {
        let continuation = waiting.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
        continuation?.resume(with: answer)
    }
}
