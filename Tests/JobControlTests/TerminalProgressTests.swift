import JobAPI
import Synchronization
import Testing

@testable import JobControl

/// OSC 9;4, to terminals that know it and to no others.
@Suite struct TerminalProgressTests {
    private static let known: [[String: String]] = [
        ["WT_SESSION": "x"], ["ConEmuANSI": "ON"],
        ["TERM": "xterm-ghostty", "TERM_PROGRAM": "ghostty", "TERM_PROGRAM_VERSION": "1.2.0"],
        ["TERM_PROGRAM": "ghostty", "TERM_PROGRAM_VERSION": "1.10.0-main+abc"],
        ["TERM_PROGRAM": "WezTerm", "TERM_PROGRAM_VERSION": "20250501-123456-abcdef"],
        ["TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.6.6"],
        ["KONSOLE_VERSION": "260400"], ["VTE_VERSION": "8000"],
        ["JOBCTL_TERMINAL_PROGRESS": "always"],
        ["JOBCTL_TERMINAL_PROGRESS": "auto", "WT_SESSION": "x"],
        ["JOBCTL_TERMINAL_PROGRESS": "", "WT_SESSION": "x"],
    ]

    private static let unknown: [[String: String]] = [
        [:], ["ConEmuANSI": "OFF"], ["WT_SESSION": ""], ["TERM_PROGRAM": "Apple_Terminal"],
        ["TERM_PROGRAM": "ghostty", "TERM_PROGRAM_VERSION": "1.1.3"],
        ["TERM_PROGRAM": "ghostty"],
        ["TERM_PROGRAM": "WezTerm", "TERM_PROGRAM_VERSION": "20240203-110809-5046fc22"],
        ["TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.6.5"],
        ["TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.6"],
        ["KONSOLE_VERSION": "251203"], ["VTE_VERSION": "7803"], ["VTE_VERSION": "x"],
        // Started from one that knows it, which is not the one that shows it.
        ["TMUX": "/tmp/tmux-0/default,1,0", "WT_SESSION": "x"],
        ["STY": "1.x", "VTE_VERSION": "8000"],
        ["TERM": "xterm-kitty", "VTE_VERSION": "8000"], ["TERM": "alacritty", "WT_SESSION": "x"],
        ["TERM_PROGRAM": "vscode", "VTE_VERSION": "8000"],
        ["INSIDE_EMACS": "29,vterm", "KONSOLE_VERSION": "260400"],
        ["JOBCTL_TERMINAL_PROGRESS": "never", "WT_SESSION": "x"],
    ]

    private static func support(_ environment: [String: String]) -> TerminalProgressSupport {
        TerminalProgressSupport(
            environment: ["TERM": "xterm-256color"].merging(environment) { $1 })
    }

    @Test func onlyTerminalsThatKnowIt() {
        for environment in Self.known {
            #expect(Self.support(environment).isWanted, "\(environment)")
            #expect(Self.support(environment).complaint == nil, "\(environment)")
        }
        for environment in Self.unknown {
            #expect(!Self.support(environment).isWanted, "\(environment)")
        }
        let mistaken = Self.support(["JOBCTL_TERMINAL_PROGRESS": "yes", "WT_SESSION": "x"])
        #expect(mistaken.isWanted)
        #expect(mistaken.complaint?.contains("auto, always or never") == true)
    }

    private func job(
        _ state: JobResource.State, _ fraction: Double? = nil
    ) throws -> JobResource {
        var job = try Samples.job()
        job.state = state
        job.progress = fraction.map { ProgressResource(fraction: $0) }
        return job
    }

    @Test func severalJobsAreOneBar() throws {
        func state(_ jobs: JobResource...) -> TerminalProgressState? { TerminalProgressState(jobs) }
        #expect(state(try job(.running, 0.429)) == .value(42))
        #expect(state(try job(.running, 0.29)) == .value(29))
        #expect(state(try job(.running)) == .indeterminate)
        #expect(state(try job(.paused, 0.5)) == .paused(50))
        #expect(state(try job(.queued)) == nil)
        #expect(state(try job(.succeeded)) == nil)
        #expect(state(try job(.cancelled)) == nil)
        #expect(state(try job(.failed)) == .failed(100))
        #expect(state(try job(.running, 0.5), try job(.queued)) == .value(25))
        #expect(state(try job(.running), try job(.queued)) == .indeterminate)
        #expect(state(try job(.running), try job(.succeeded)) == .value(50))
        #expect(state(try job(.queued), try job(.succeeded)) == .value(50))
        #expect(state(try job(.paused, 0.5), try job(.running, 0.1)) == .value(30))
        #expect(state(try job(.failed), try job(.running, 0.5)) == .failed(75))
        #expect(state() == nil)
    }

    @Test func sequences() {
        #expect(TerminalProgressState.value(42).sequence == "\u{1B}]9;4;1;42\u{1B}\\")
        #expect(TerminalProgressState.failed(7).sequence == "\u{1B}]9;4;2;7\u{1B}\\")
        #expect(TerminalProgressState.indeterminate.sequence == "\u{1B}]9;4;3;0\u{1B}\\")
        #expect(TerminalProgressState.paused(50).sequence == "\u{1B}]9;4;4;50\u{1B}\\")
        #expect(TerminalProgressState.removal == "\u{1B}]9;4;0;0\u{1B}\\")
    }

    /// A terminal that keeps what it is told, without the sequences' frames.
    private final class Told: Sendable {
        private let bytes = Mutex<[UInt8]>([])
        let isTerminal: Bool
        let environment: [String: String]

        init(isTerminal: Bool = true, environment: [String: String] = ["WT_SESSION": "x"]) {
            self.isTerminal = isTerminal
            self.environment = environment
        }

        var console: Console {
            Console(
                write: { _, bytes in self.bytes.withLock { $0 += bytes } },
                outputIsTerminal: isTerminal, errorIsTerminal: false, wantsColor: false,
                isUnicode: false, size: { Console.Size(columns: 80, rows: 24) },
                progressSupport: TerminalProgressTests.support(environment))
        }

        var sequences: [String] {
            String(decoding: bytes.withLock { $0 }, as: UTF8.self)
                .split(separator: "\u{1B}\\").map { String($0.dropFirst("\u{1B}]9;4;".count)) }
        }
    }

    @Test func nothingToOthers() {
        let file = Told(isTerminal: false)
        #expect(TerminalProgress(console: file.console, on: .stdout) == nil)
        let plain = Told(environment: [:])
        #expect(TerminalProgress(console: plain.console, on: .stdout) == nil)
        #expect(TerminalProgress(console: Told().console, on: .stderr) == nil)
        #expect(TerminalProgress(console: Told().console, on: .stdout) != nil)
    }

    @Test func onlyWhatHasChangedAndNothingAfterTheEnd() async throws {
        let told = Told()
        let progress = try #require(
            TerminalProgress(
                console: told.console, on: .stdout, interval: .zero, renewal: .seconds(3600)))
        await progress.show(nil)
        #expect(told.sequences == [])
        for state in [.indeterminate, .value(1), .value(1), .value(2), .paused(2), nil, nil]
            as [TerminalProgressState?]
        {
            await progress.show(state)
        }
        #expect(told.sequences == ["3;0", "1;1", "1;2", "4;2", "0;0"])
        await progress.show(.failed(3))
        await progress.end()
        await progress.end()
        await progress.show(.value(4))
        #expect(told.sequences.suffix(2) == ["2;3", "0;0"])
    }

    @Test func percentagesAreHeldBackAndStatesAreNot() async throws {
        let told = Told()
        let progress = try #require(
            TerminalProgress(
                console: told.console, on: .stdout, interval: .seconds(3600),
                renewal: .seconds(3600)))
        await progress.show(.value(1))
        await progress.show(.value(2))
        #expect(told.sequences == ["1;1"])
        await progress.show(.failed(2))
        #expect(told.sequences == ["1;1", "2;2"])
        await progress.end()
        #expect(told.sequences == ["1;1", "2;2", "0;0"])
    }

    @Test(.timeLimit(.minutes(1))) func theNewestIsToldInTheEndAndAgainAndAgain() async throws {
        let told = Told()
        let progress = try #require(
            TerminalProgress(
                console: told.console, on: .stdout, interval: .milliseconds(30),
                renewal: .milliseconds(1)))
        for percent in 1...50 { await progress.show(.value(percent)) }
        while told.sequences.filter({ $0 == "1;50" }).count < 3 { await Task.yield() }
        await progress.end()
        #expect(told.sequences.last == "0;0")
    }
}
