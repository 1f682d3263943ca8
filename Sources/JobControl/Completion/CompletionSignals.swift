/// The signals that are worth proposing: those of signal(7) that people send.
enum CompletionSignals {
    static let names = [
        "TERM", "INT", "HUP", "QUIT", "KILL", "USR1", "USR2", "STOP", "CONT", "WINCH", "ALRM",
    ]
}
