// The supervisor of one attempt: starts the command, keeps what it writes in the
// journal, ends it when asked, and leaves nothing of it behind.
//
// It is started by the JobRunner target (its Launcher), which also makes the
// descriptors it expects. There is one for each running job, so it is small:
// Embedded Swift, no dependency but the C library, no thread, no timer that goes
// off while nothing happens.

import CLinux

@main
struct Supervise {
    static func main() {
        guard
            let options = Options(linux_arguments(), count: Int(linux_argument_count())),
            Descriptors.areOpen
        else {
            Options.printUsage()
            exit(64)  // EX_USAGE of sysexits.h
        }
        Descriptors.closeOnExec()
        // A core file would hold what is to be masked: the command's, and this one's.
        if options.masks != nil { _ = linux_forbid_core_files() }
        if let openFiles = options.formerOpenFiles { linux_limit_open_files(UInt64(openFiles)) }
        _ = linux_become_subreaper()
        let signals = signalDescriptor()
        var journal = JournalWriter(Descriptors.journal)
        var control = ControlReader(Descriptors.control)
        journal.appendStart(pid: getpid())
        var requests = StandingRequests()
        guard
            Admission.waitForRoom(
                in: &journal, control: &control, requests: &requests, signals: signals)
        else { exit(0) }
        var loop = Loop(options: options, journal: journal, control: control, signals: signals)
        loop.run(requests)
    }

    /// Without it no end would ever be noticed. What there is too little of comes back,
    /// or the command is not started.
    private static func signalDescriptor() -> Int32 {
        for _ in 0..<50 {
            let signals = linux_signal_descriptor()
            if signals >= 0 { return signals }
            _ = linux_poll(nil, 0, JournalWriter.retryInterval)
        }
        exit(71)  // EX_OSERR of sysexits.h
    }
}
