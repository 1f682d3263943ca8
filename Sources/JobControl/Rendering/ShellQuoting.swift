import JobAPI
import JobModel

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
        if RawText.characters(word) == nil { return bytes(RawText.bytes(word)) }
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

    /// Bytes that are no text: `$'a\xe9'`, POSIX.1-2024 XCU §2.2.4.
    private static func bytes(_ bytes: [UInt8]) -> String {
        var word = "$'"
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\\"): word += "\\" + String(UnicodeScalar(byte))
            case 0x20...0x7e: word += String(UnicodeScalar(byte))
            default:
                let digits = String(byte, radix: 16)
                word += "\\x" + (digits.count < 2 ? "0" : "") + digits
            }
        }
        return word + "'"
    }

    private static let plainMarks = Set("-_./:=@%+,".utf8)
}
