import ServiceLifecycle

/// Does something again and again until the daemon stops: the streams' signs of
/// life, and the watchdog's. What is done once, at a time, has a timer where it is
/// done.
struct PeriodicService: Service {
    let interval: Duration
    let action: @Sendable () async -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                // Cancelled at the end, which is how it ends.
                try? await Task.sleep(for: interval, tolerance: interval / 10)
                if !Task.isCancelled { await action() }
            }
        }
    }
}
