import JobAPI
import Synchronization
import Testing

@testable import JobControl

/// What the terminal shows after all the drawing.
@Suite struct LiveRegionTests {
    private func region(
        columns: Int = 40, rows: Int = 5, outputIsTerminal: Bool = true
    ) -> (LiveRegion, TestScreen) {
        let screen = TestScreen()
        let console = Console(
            write: { stream, bytes in
                guard stream == .stderr || outputIsTerminal else { return }
                screen.feed(bytes)
            },
            outputIsTerminal: outputIsTerminal, errorIsTerminal: true, wantsColor: false,
            isUnicode: true, size: { Console.Size(columns: columns, rows: rows) })
        return (LiveRegion(console: console, on: .stderr, interval: .zero), screen)
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func outputStaysAboveTheBar() async throws {
        let (region, screen) = region()
        await region.show([StyledLine("bar 1")])
        try await region.write(bytes("one\n"), to: .stdout)
        await region.show([StyledLine("bar 2, longer")])
        try await region.write(bytes("two\nthree\n"), to: .stderr)
        #expect(screen.lines == ["one", "two", "three", "bar 2, longer"])
        await region.show([StyledLine("b3")])
        #expect(screen.lines == ["one", "two", "three", "b3"])
        await region.clear()
        #expect(screen.lines == ["one", "two", "three"])
    }

    @Test func unfinishedLinesAreNotDrawnOver() async throws {
        let (region, screen) = region()
        await region.show([StyledLine("bar")])
        try await region.write(bytes("Password: "), to: .stderr)
        await region.show([StyledLine("bar again")])
        #expect(screen.lines == ["Password: "])
        try await region.write(bytes("ok\n"), to: .stderr)
        #expect(screen.lines == ["Password: ok", "bar again"])
        try await region.write(bytes("half"), to: .stdout)
        await region.note("gone")
        #expect(screen.lines == ["Password: ok", "half", "jobctl: gone", "bar again"])
    }

    @Test func outputElsewhereDoesNotMoveTheBar() async throws {
        let (region, screen) = region(outputIsTerminal: false)
        await region.show([StyledLine("bar")])
        try await region.write(bytes("no line end"), to: .stdout)
        await region.show([StyledLine("bar 2")])
        #expect(screen.lines == ["bar 2"])
    }

    @Test func severalLines() async {
        let (region, screen) = region()
        await region.show([StyledLine("a"), StyledLine("b"), StyledLine("c")])
        await region.show([StyledLine("A"), StyledLine("B")])
        #expect(screen.lines == ["A", "B"])
        await region.note("hello")
        #expect(screen.lines == ["jobctl: hello", "A", "B"])
        await region.settle()
        #expect(screen.lines == ["jobctl: hello", "A", "B"])
        #expect(screen.row == 3)
    }

    @Test func neverMoreThanTheTerminalHas() async {
        let (region, screen) = region(columns: 10, rows: 3)
        await region.show((1...9).map { StyledLine("line number \($0)") })
        #expect(screen.lines == ["line num…", "line num…", "… and 7 more"])
    }
}

/// As much of a terminal as jobctl uses: text, CR, LF, cursor up, erase to the end
/// of the line and of the screen.
final class TestScreen: Sendable {
    private struct State {
        var lines: [[Character]] = [[]]
        var row = 0
        var column = 0
    }

    private let state = Mutex(State())

    /// What is on it, without empty lines at the end.
    var lines: [String] {
        var lines = state.withLock { $0.lines.map { String($0) } }
        while lines.last == "" { lines.removeLast() }
        return lines
    }

    /// Where the cursor is.
    var row: Int { state.withLock { $0.row } }

    /// Takes output.
    func feed(_ bytes: [UInt8]) {
        state.withLock { state in
            var rest = Substring(String(decoding: bytes, as: UTF8.self))
            while let character = rest.popFirst() {
                switch character {
                case "\n", "\r\n":
                    state.row += 1
                    state.column = 0
                    if state.row == state.lines.count { state.lines.append([]) }
                case "\r": state.column = 0
                case "\u{1B}":
                    rest.removeFirst()
                    let digits = rest.prefix(while: \.isNumber)
                    rest.removeFirst(digits.count)
                    switch rest.popFirst() {
                    case "A": state.row = max(0, state.row - (Int(digits) ?? 1))
                    case "K":
                        let count = state.lines[state.row].count
                        state.lines[state.row].removeLast(max(0, count - state.column))
                    case "J":
                        let count = state.lines[state.row].count
                        state.lines[state.row].removeLast(max(0, count - state.column))
                        state.lines.removeLast(state.lines.count - state.row - 1)
                    default: Issue.record("an unknown sequence")
                    }
                default:
                    if state.column < state.lines[state.row].count {
                        state.lines[state.row][state.column] = character
                    } else {
                        state.lines[state.row].append(character)
                    }
                    state.column += 1
                }
            }
        }
    }
}
