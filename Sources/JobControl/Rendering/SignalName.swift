/// Signals by their names on Linux, signal(7).
enum SignalName {
    /// `signal 9 (KILL)`.
    static func text(_ number: Int?) -> String {
        guard let number else { return "a signal" }
        guard names.indices.contains(number - 1) else { return "signal \(number)" }
        return "signal \(number) (\(names[number - 1]))"
    }

    /// The name of a signal that was given as `USR1`, `SIGUSR1` in any case, or
    /// its number; nil when there is none.
    static func name(_ word: String) -> String? {
        if let number = Int(word) {
            return names.indices.contains(number - 1) ? names[number - 1] : nil
        }
        var name = word.uppercased()
        if name.hasPrefix("SIG") { name.removeFirst(3) }
        return names.contains(name) ? name : nil
    }

    /// From 1 on.
    static let names = [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
        "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
        "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ]
}
