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
    /// for as long as somebody iterates.
    static func signals() -> AsyncStream<Int32> {
        AsyncStream { continuation in
            // Sources may be used from any thread: dispatch_source_cancel(3).
            nonisolated(unsafe) let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
                // A Dispatch source sees a signal only beside its disposition.
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler { continuation.yield(number) }
                source.activate()
                return source
            }
            continuation.onTermination = { _ in
                for source in sources { source.cancel() }
                for number in [SIGINT, SIGTERM, SIGHUP] { signal(number, SIG_DFL) }
            }
        }
    }
}
