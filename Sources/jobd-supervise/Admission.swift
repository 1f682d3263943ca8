import CLinux

/// The time before the command: it is not started until the journal says so.
enum Admission {
    /// Waits until the first frame is written, and remembers what is asked for
    /// meanwhile. False if that was called off before there was room for it; the
    /// journal is then empty, which proves that the command never ran.
    static func waitForRoom(
        in journal: inout JournalWriter, control: inout ControlReader,
        requests: inout StandingRequests, signals: Int32
    ) -> Bool {
        while journal.isBlocked {
            _ = linux_poll(nil, 0, JournalWriter.retryInterval)
            var isCalledOff = linux_next_signal(signals) == SIGTERM
            control.read { request in
                if case .cancel = request { isCalledOff = true }
                requests.take(request)
            }
            if isCalledOff {
                journal.abandon()
                return false
            }
            journal.flush()
        }
        return true
    }
}
