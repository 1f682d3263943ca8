/// Signals by their names on Linux, signal(7).
enum SignalName {
    /// `signal 9 (KILL)`.
    static func text(_ number: Int?) -> String {
        guard let number else { return "a signal" }
        guard let name = names[number] else { return "signal \(number)" }
        return "signal \(number) (\(name))"
    }

    private static let names = [
        1: "HUP", 2: "INT", 3: "QUIT", 4: "ILL", 5: "TRAP", 6: "ABRT", 7: "BUS", 8: "FPE",
        9: "KILL", 10: "USR1", 11: "SEGV", 12: "USR2", 13: "PIPE", 14: "ALRM", 15: "TERM",
        24: "XCPU", 25: "XFSZ", 31: "SYS",
    ]
}
