import Foundation
import Glibc
import JobTestSupport

/// A terminal for a program under test: a real pseudo-terminal (pty(7)), and what
/// of the sequences that jobctl uses makes it a screen.
final class TestTerminal {
    let process: ChildProcess
    /// All that the program has sent.
    private(set) var sent = ""
    /// The lines as they are on the screen, without the spaces at their ends.
    private(set) var screen: [String]
    private let leader: CInt
    private let path: String
    private let rows: Int
    private var cursor = (row: 0, column: 0)
    /// Bytes of a sequence or a character that is not whole.
    private var pending: [UInt8] = []

    /// Starts a program on a terminal of this size.
    init(
        _ arguments: [String], environment: [String: String], rows: Int = 24, columns: Int = 100
    ) throws {
        self.rows = rows
        screen = Array(repeating: "", count: rows)
        // What posix_openpt(3), unlockpt(3) and ptsname(3) do, which Swift's Glibc
        // does not have: ioctl_tty(2).
        leader = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
        var (locked, number): (CInt, CUnsignedInt) = (0, 0)
        guard leader >= 0, ioctl(leader, Self.setLock, &locked) == 0,
            ioctl(leader, Self.getNumber, &number) == 0
        else { throw UnexpectedAnswer(description: "no pseudo-terminal: \(errno)") }
        path = "/dev/pts/\(number)"
        var size = winsize(
            ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        // Before there is a program on it nobody has to be told.
        let follower = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        defer { close(follower) }
        guard ioctl(follower, UInt(TIOCSWINSZ), &size) == 0 else {
            throw UnexpectedAnswer(description: "no size: \(errno)")
        }
        // Opened first by the leader of a session, it becomes that session's:
        // setsid(1), and the shell for the opening.
        process = try ChildProcess(
            "/usr/bin/setsid",
            ["sh", "-c", "exec \"$@\" <>\"$0\" >&0 2>&0", path] + arguments,
            environment: environment.merging(["TERM": "xterm-256color"]) { $1 })
    }

    deinit {
        process.signal(SIGKILL)
        process.wait()
        close(leader)
    }

    /// TIOCSPTLCK and TIOCGPTN of asm-generic/ioctls.h, macros that Swift cannot see.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430

    /// Presses keys.
    func type(_ keys: String) {
        _ = write(leader, keys, keys.utf8.count)
    }

    /// Whether what is typed is shown and given on line by line, as a shell has it.
    var isCooked: Bool {
        let follower = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        defer { close(follower) }
        var mode = termios()
        guard tcgetattr(follower, &mode) == 0 else { return false }
        let flags = tcflag_t(ICANON | ECHO)
        return mode.c_lflag & flags == flags
    }

    /// Waits until the screen is as it should be.
    func wait(for what: String, _ condition: ([String]) -> Bool) throws {
        do {
            try waitUntil(what) {
                receive()
                return condition(screen)
            }
        } catch {
            print("The screen:\n\(screen.joined(separator: "\n"))")
            throw error
        }
    }

    /// Waits for the program's end; its exit code.
    func end() throws -> CInt {
        try waitUntil("the program on the terminal ends") {
            receive()
            return !process.isRunning
        }
        receive()
        return process.wait()
    }

    /// Takes what has come.
    private func receive() {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(leader, &buffer, buffer.count)
            // EIO once nobody has it open any more: pty(7).
            guard count > 0 else { return }
            sent += String(decoding: buffer[..<count], as: UTF8.self)
            pending += buffer[..<count]
            draw()
        }
    }

    private func draw() {
        let text = String(decoding: pending, as: UTF8.self)
        // A character that is not whole yet would be replaced.
        if text.hasSuffix("\u{FFFD}") { return }
        var rest = text[...].unicodeScalars
        pending = []
        while let scalar = rest.first {
            if scalar == "\u{1B}" {
                guard let length = sequence(rest) else {
                    pending = Array(String(rest).utf8)
                    return
                }
                rest = rest.dropFirst(length)
                continue
            }
            rest = rest.dropFirst()
            switch scalar {
            case "\r": cursor.column = 0
            case "\n": cursor.row = min(cursor.row + 1, rows - 1)
            default: put(scalar)
            }
        }
    }

    /// Does what an escape sequence says (ECMA-48); its length, nil when it is not
    /// whole.
    private func sequence(_ text: Substring.UnicodeScalarView) -> Int? {
        let scalars = Array(text.prefix(64))
        guard scalars.count > 2 else { return nil }
        if scalars[1] == "]" {
            // A string, ended by BEL or ST.
            guard let end = scalars.firstIndex(where: { $0 == "\u{07}" || $0 == "\\" }) else {
                return nil
            }
            return end + 1
        }
        guard scalars[1] == "[" else { return 2 }
        guard let end = scalars.dropFirst(2).firstIndex(where: { ("@"..."~").contains($0) })
        else { return nil }
        var parameters = ""
        parameters.unicodeScalars.append(contentsOf: scalars[2..<end])
        let numbers = parameters.split(separator: ";", omittingEmptySubsequences: false)
            .map { Int($0) ?? 1 }
        switch scalars[end] {
        case "H":
            cursor = (min(numbers[0], rows) - 1, (numbers.count > 1 ? numbers[1] : 1) - 1)
        case "J": screen = Array(repeating: "", count: rows)
        case "K":
            screen[cursor.row] = Self.trimmed(String(screen[cursor.row].prefix(cursor.column)))
        default: break
        }
        return end + 1
    }

    private func put(_ scalar: Unicode.Scalar) {
        var line = Array(screen[cursor.row])
        while line.count <= cursor.column { line.append(" ") }
        line[cursor.column] = Character(scalar)
        cursor.column += 1
        screen[cursor.row] = Self.trimmed(String(line))
    }

    private static func trimmed(_ line: String) -> String {
        String(line.reversed().drop { $0 == " " }.reversed())
    }
}
