import CLinux

extension Loop {
    /// Does what the daemon asks for.
    mutating func takeRequests() {
        var control = self.control
        control.read { take($0) }
        self.control = control
    }

    /// Does one thing that is asked for.
    mutating func take(_ request: ControlRequest) {
        switch request {
        case .cancel(let signal, let grace):
            tearDown(JOURNAL_CAUSE_CANCELLED, signal: signal, grace: grace)
        case .input(let extent):
            feed?.grow(to: extent)
        case .signal(let signal, let wholeTree):
            guard let command else { break }
            if wholeTree {
                var tree = ProcessTree()
                tree.signalOnce(command: command.pid, [signal])
            } else {
                _ = kill(command.pid, signal)
            }
        case .pause:
            // One that is being torn down must be able to end.
            guard let command, teardown.phase == .none else { break }
            pause.begin(command: command.pid, now: linux_monotonic_us())
        case .resume:
            pause.end()
        }
    }
}
