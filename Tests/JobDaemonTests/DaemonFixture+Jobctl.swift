import Foundation
import Glibc
import JobTestSupport
import Testing

/// The real `jobctl`, told to use this daemon.
extension DaemonFixture {
    /// What a program has come to.
    struct Run {
        /// The exit code, or 128 and the signal's number.
        let status: CInt
        /// Standard output, byte for byte.
        let bytes: Data
        /// Standard error.
        let errors: String

        /// Standard output as text.
        var output: String { String(decoding: bytes, as: UTF8.self) }
        /// Its lines, those that are empty left out.
        var lines: [String] { output.split(separator: "\n").map(String.init) }

        /// Standard output as one JSON object.
        func object(sourceLocation: SourceLocation = #_sourceLocation) throws -> [String: Any] {
            try #require(
                try JSONSerialization.jsonObject(with: bytes) as? [String: Any],
                "\(output)", sourceLocation: sourceLocation)
        }

        /// Standard output as JSON objects, one a line.
        func objects(sourceLocation: SourceLocation = #_sourceLocation) throws -> [[String: Any]] {
            try lines.map { line in
                try #require(
                    try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
                    "\(line)", sourceLocation: sourceLocation)
            }
        }
    }

    /// A program that runs, and where what it writes goes. One that a failing test
    /// leaves behind is killed.
    final class Running {
        let process: ChildProcess
        private let outputPath: String
        private let errorsPath: String

        init(_ process: ChildProcess, outputPath: String, errorsPath: String) {
            self.process = process
            self.outputPath = outputPath
            self.errorsPath = errorsPath
        }

        deinit {
            process.signal(SIGKILL)
            process.wait()
        }

        /// What it has written to standard output up to now.
        var output: String { Self.text(outputPath) }
        /// What it has written to standard error up to now.
        var errors: String { Self.text(errorsPath) }

        /// Waits for the end, and gives what it has come to.
        func result() throws -> Run {
            do {
                try waitUntil("the program ends") { !process.isRunning }
            } catch {
                print("Its output:\n\(output)\nIts errors:\n\(errors)")
                throw error
            }
            let bytes = FileManager.default.contents(atPath: outputPath) ?? Data()
            let run = Run(status: process.wait(), bytes: bytes, errors: errors)
            unlink(outputPath)
            unlink(errorsPath)
            return run
        }

        private static func text(_ path: String) -> String {
            String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
        }
    }

    /// Starts jobctl.
    ///
    /// - Parameter input: A file to be its standard input; it has none otherwise.
    func startJobctl(
        _ arguments: [String], input: String? = nil, environment: [String: String] = [:]
    ) throws -> Running {
        // `<` is the shell's; ChildProcess knows no input.
        try startProgram(
            "/bin/sh",
            ["-c", "exec \"$@\" <\"$0\"", input ?? "/dev/null", Binaries.path("jobctl")]
                + arguments,
            environment: environment)
    }

    /// Runs jobctl to its end.
    func jobctl(
        _ arguments: String..., input: String? = nil, environment: [String: String] = [:]
    ) throws -> Run {
        try startJobctl(arguments, input: input, environment: environment).result()
    }

    /// Starts a script of bash that finds `jobctl`.
    func startScript(_ script: String) throws -> Running {
        try startProgram("/bin/bash", ["-c", script])
    }

    /// Runs a script of bash that finds `jobctl`.
    func script(_ script: String) throws -> Run {
        try startScript(script).result()
    }

    /// Runs jobctl and expects it to fail with this status and one line that has
    /// these words, and without any output.
    func expectTrouble(
        _ status: CInt, _ arguments: String..., saying words: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let run = try startJobctl(arguments).result()
        let what = "\(arguments.joined(separator: " ")): \(run.output)\(run.errors)"
        #expect(run.status == status, "\(what)", sourceLocation: sourceLocation)
        #expect(run.lines.isEmpty, "\(what)", sourceLocation: sourceLocation)
        #expect(
            run.errors.split(separator: "\n", omittingEmptySubsequences: false).count == 2,
            "one line: \(what)", sourceLocation: sourceLocation)
        for word in words {
            #expect(run.errors.contains(word), "\(what)", sourceLocation: sourceLocation)
        }
    }

    /// Writes a file beside the daemon's state.
    ///
    /// - Returns: Its path.
    func file(_ name: String, _ contents: Data, isProgram: Bool = false) throws -> String {
        let path = "\(directory)/\(name)"
        try contents.write(to: URL(filePath: path))
        if isProgram { chmod(path, 0o755) }
        return path
    }

    /// Writes a text file beside the daemon's state.
    ///
    /// - Returns: Its path.
    func file(_ name: String, _ text: String, isProgram: Bool = false) throws -> String {
        try file(name, Data(text.utf8), isProgram: isProgram)
    }

    /// What programs are started with: nothing of a daemon but this one.
    func environmentForJobctl(_ more: [String: String] = [:]) -> [String: String] {
        var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("JOBD_") }
        for name in ["NO_COLOR", "VISUAL", "EDITOR"] + Self.terminalVariables {
            variables[name] = nil
        }
        let programs = (Binaries.path("jobctl") as NSString).deletingLastPathComponent
        variables["PATH"] = "\(programs):\(variables["PATH"] ?? "/usr/bin:/bin")"
        variables["JOBD_URL"] = socket
        variables["LC_ALL"] = "C.UTF-8"
        return variables.merging(more) { $1 }
    }

    /// By what terminals make themselves known: tests have one of their own.
    private static let terminalVariables = [
        "JOBCTL_TERMINAL_PROGRESS", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "WT_SESSION",
        "ConEmuANSI", "KONSOLE_VERSION", "VTE_VERSION", "TMUX", "STY", "ZELLIJ",
        "INSIDE_EMACS", "NVIM", "VIM_TERMINAL",
    ]

    private func startProgram(
        _ path: String, _ arguments: [String], environment: [String: String] = [:]
    ) throws -> Running {
        let name = "\(directory)/\(UUID().uuidString)"
        let process = try ChildProcess(
            path, arguments, environment: environmentForJobctl(environment),
            output: "\(name).out", errors: "\(name).err")
        return Running(process, outputPath: "\(name).out", errorsPath: "\(name).err")
    }
}
