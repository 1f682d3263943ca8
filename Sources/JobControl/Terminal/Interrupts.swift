import Dispatch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The signals by which a user or a system asks jobctl to stop.
enum Interrupts {
    /// Delivers SIGINT, SIGTERM and SIGHUP in place of what they do by themselves,
    /// from the return of this call on, for as long as somebody iterates.
    static func signals() -> AsyncStream<Int32> {
        AsyncStream { continuation in
            let queue = DispatchQueue(label: "jobctl.signals")
            let registration = DispatchGroup()
            // Sources may be used from any thread: dispatch_source_cancel(3).
            nonisolated(unsafe) let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
                let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
                source.setEventHandler { continuation.yield(number) }
                registration.enter()
                source.setRegistrationHandler { registration.leave() }
                source.activate()
                return source
            }
            // Dispatch takes the signals over on a thread of its own, some time
            // after the activation. Until then they do what they do by themselves:
            // were they ignored, one would be lost.
            registration.wait()
            continuation.onTermination = { _ in
                for source in sources { source.cancel() }
                for number in [SIGINT, SIGTERM, SIGHUP] { signal(number, SIG_DFL) }
            }
        }
    }
}
