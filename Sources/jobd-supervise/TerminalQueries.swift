import CLinux

/// Answers what programs ask their terminal (xterm's control sequences,
/// invisible-island.net/xterm/ctlseqs): some wait for an answer for ever.
///
/// There is no screen here. The place of the cursor is a guess: the beginning of the line
/// that as many line ends lead to.
struct TerminalQueries {
    /// Of a sequence so much is kept; longer ones ask nothing that is answered.
    private static let longest = 12

    private enum State {
        case text
        case escape
        /// After ESC [, with what came since.
        case control
        /// After ESC ], with what came since.
        case command
        /// In such a one, after ESC: a backslash ends it.
        case commandEscape
    }

    private var state = State.text
    private var sequence: [UInt8] = []
    private var row = 1
    private let rows: Int
    private let columns: Int

    init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
    }

    /// Reads what the program has written; what is to be typed in answer to it.
    mutating func take(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var answers: [UInt8] = []
        for byte in bytes { take(byte, &answers) }
        return answers
    }

    private mutating func take(_ byte: UInt8, _ answers: inout [UInt8]) {
        switch (state, byte) {
        case (.text, 0x1b): state = .escape
        case (.text, 0x0a): row = min(row + 1, rows)
        case (.text, _): break
        case (.escape, UInt8(ascii: "[")): begin(.control)
        case (.escape, UInt8(ascii: "]")): begin(.command)
        case (.escape, 0x1b): break
        case (.escape, _): state = .text
        case (.control, 0x40...0x7e):
            answers += answer(toControl: byte)
            state = .text
        case (.command, 0x07), (.commandEscape, UInt8(ascii: "\\")):
            answers += answerToCommand()
            state = .text
        case (.command, 0x1b): state = .commandEscape
        case (.control, 0x1b), (.commandEscape, _): state = .escape
        case (.control, _), (.command, _):
            if sequence.count < Self.longest { sequence.append(byte) }
        }
    }

    private mutating func begin(_ state: State) {
        self.state = state
        sequence.removeAll(keepingCapacity: true)
    }

    private func answer(toControl final: UInt8) -> [UInt8] {
        switch final {
        // DSR: whether all is well, and where the cursor is.
        case UInt8(ascii: "n") where isSequence("5"): text("\u{1b}[0n")
        case UInt8(ascii: "n") where isSequence("6"):
            text("\u{1b}[") + decimal(row) + text(";1R")
        // DA: a VT100 with the advanced video option.
        case UInt8(ascii: "c") where sequence.isEmpty || isSequence("0"): text("\u{1b}[?1;2c")
        case UInt8(ascii: "c") where isSequence(">") || isSequence(">0"): text("\u{1b}[>0;0;0c")
        // The size in characters.
        case UInt8(ascii: "t") where isSequence("18"):
            text("\u{1b}[8;") + decimal(rows) + text(";") + decimal(columns) + text("t")
        default: []
        }
    }

    private func answerToCommand() -> [UInt8] {
        if isSequence("10;?") { return text("\u{1b}]10;rgb:ffff/ffff/ffff\u{1b}\\") }
        if isSequence("11;?") { return text("\u{1b}]11;rgb:0000/0000/0000\u{1b}\\") }
        return []
    }

    private func isSequence(_ expected: StaticString) -> Bool {
        sequence.count == expected.utf8CodeUnitCount
            && sequence.withUnsafeBytes {
                guard let start = $0.baseAddress else { return sequence.isEmpty }
                return memcmp(start, expected.utf8Start, expected.utf8CodeUnitCount) == 0
            }
    }

    private func text(_ text: StaticString) -> [UInt8] {
        [UInt8](UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private func decimal(_ number: Int) -> [UInt8] {
        var digits: [UInt8] = []
        var rest = number
        repeat {
            digits.insert(UInt8(ascii: "0") + UInt8(rest % 10), at: 0)
            rest /= 10
        } while rest > 0
        return digits
    }
}
