import JobAPI

/// Commands as one could type them.
enum ShellQuoting {
    /// The command as a line for a shell.
    static func line(_ command: JobResource.Command) -> String {
        switch command {
        case .arguments(let arguments): arguments.map(word).joined(separator: " ")
        case .shell(let line): line
        }
    }

    /// A word as a shell takes it. POSIX XCU §2.2.2: nothing is special between single
    /// quotes but their end.
    static func word(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: plainMarks.contains(byte) || byte >= 0x80
            }
        }
        if isPlain, !word.isEmpty { return word }
        return "'"
            + word.split(separator: "'", omittingEmptySubsequences: false)
            .joined(separator: "'\\''") + "'"
    }

    private static let plainMarks = Set("-_./:=@%+,".utf8)
}
