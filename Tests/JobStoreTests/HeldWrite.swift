import Dispatch

/// A write that keeps the writer busy until it is told to go on.
final class HeldWrite: Sendable {
    private let began: AsyncStream<Void>
    private let beginning: AsyncStream<Void>.Continuation
    private let gate = DispatchSemaphore(value: 0)

    init() {
        (began, beginning) = AsyncStream.makeStream()
    }

    /// Runs on the writer's queue and blocks it.
    func hold() {
        beginning.yield()
        gate.wait()
    }

    func untilHolding() async {
        for await _ in began { return }
    }

    func release() {
        gate.signal()
    }
}
