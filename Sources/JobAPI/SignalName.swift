/// The names of signals, as signal(7) gives them for Linux on x86 and ARM.
package enum SignalName {
    /// The number of `TERM` or `SIGTERM`, in any case; nil when there is none.
    package static func number(of name: String) -> Int32? {
        var name = name.uppercased()
        if name.hasPrefix("SIG") { name.removeFirst(3) }
        return names.firstIndex(of: name).map { Int32($0 + 1) }
    }

    /// The name of a signal, without `SIG`; its number when it has none.
    package static func name(of number: Int32) -> String {
        let index = Int(number) - 1
        return names.indices.contains(index) ? names[index] : String(number)
    }

    private static let names = [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
        "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
        "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ]
}
