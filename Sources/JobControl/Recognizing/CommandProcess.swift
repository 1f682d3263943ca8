import CLinux
import ProgressRecognition

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// A command that runs as the daemon would run it: in a session of its own, without
/// input, and with `$JOBD_PROGRESS`.
final class CommandProcess {
    /// The size of a job's terminal.
    static let terminalSize = Console.Size(columns: 120, rows: 40)

    /// Where what it writes can be read, without waiting.
    private(set) var outputs: [(descriptor: Int32, channel: OutputChannel)] = []
    /// Readable when it has ended.
    private(set) var end: Int32 = -1
    private var pid: pid_t = -1
    /// How it ended, as wait(2) gives it.
    private var status: Int32?
    /// The command's end of its terminal; kept open, or the terminal would be at
    /// its end whenever nobody happens to have it open.
    private var terminal: Int32 = -1
    /// Where the pipe of `$JOBD_PROGRESS` is.
    private let directory: String

    /// Starts it.
    ///
    /// - Throws: `Trouble` when that cannot be done, with the status that env(1)
    ///   would exit with.
    init(_ words: [String], usesTerminal: Bool) throws {
        directory = try Self.makeDirectory()
        do {
            try start(words, usesTerminal: usesTerminal)
        } catch {
            release()
            throw error
        }
    }

    deinit {
        if pid > 0, status == nil {
            tearDown(SIGKILL)
            wait()
        }
        release()
    }

    /// Sends a signal to it and to everything it has started in its group.
    func tearDown(_ signal: Int32) {
        // It was not waited for, so the group's number is still its own.
        if status == nil { kill(-pid, signal) }
    }

    /// Waits for it: its exit code and nil, or nil and the number of the signal
    /// that ended it. What it leaves behind is ended.
    @discardableResult
    func wait() -> (exitCode: Int?, signal: Int?) {
        if status == nil {
            // Only looks at first: until it is reaped its number is not used anew.
            var information = siginfo_t()
            while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
            tearDown(SIGTERM)
            var raw: Int32 = 0
            while waitpid(pid, &raw, 0) < 0, errno == EINTR {}
            status = raw
        }
        let raw = status ?? 0
        // wait(2): the macros' layout.
        return raw & 0x7F == 0 ? (Int(raw >> 8 & 0xFF), nil) : (nil, Int(raw & 0x7F))
    }

    private func start(_ words: [String], usesTerminal: Bool) throws {
        let progress = "\(directory)/progress"
        try Self.check(linux_make_fifo(progress, 0o600), "make \(progress)")
        // For writing as well, or it would be at its end whenever nobody writes.
        let direct = try Self.check(
            linux_open(progress, O_RDWR | O_NONBLOCK, 0), "open \(progress)")
        outputs.append((direct, .direct))
        // As the daemon does it; a token is nothing for a command to see.
        var environment = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("JOBD_")
        }
        environment["JOBD_PROGRESS"] = progress
        environment["PYTHONUNBUFFERED"] = environment["PYTHONUNBUFFERED"] ?? "1"
        if usesTerminal { environment["TERM"] = "xterm-256color" }

        var (output, errors): (Int32, Int32) = (-1, -1)
        defer { for descriptor in [output, errors] where descriptor >= 0 { close(descriptor) } }
        if usesTerminal {
            let size = Self.terminalSize
            let leader = linux_open_terminal(UInt16(size.rows), UInt16(size.columns), &terminal)
            outputs.append((try Self.check(leader, "open a terminal"), .stdout))
        } else {
            outputs.append((try Self.pipe(&output), .stdout))
            outputs.append((try Self.pipe(&errors), .stderr))
        }
        for (descriptor, _) in outputs { linux_set_nonblocking(descriptor) }

        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] =
            environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in arguments + variables { free(pointer) } }
        let result = arguments.withUnsafeMutableBufferPointer { arguments in
            variables.withUnsafeMutableBufferPointer { variables in
                var command = linux_command(
                    arguments: arguments.baseAddress, environment: variables.baseAddress,
                    output: output, errors: errors, terminal: terminal)
                return linux_spawn_command(&command)
            }
        }
        guard result > 0 else {
            throw Trouble(
                message: "cannot run \(words[0]): \(String(cString: strerror(-result)))",
                status: result == -ENOENT ? ExitStatus.commandNotFound : ExitStatus.unstartable)
        }
        pid = result
        end = try Self.check(linux_pidfd_open(pid), "watch the command")
    }

    private func release() {
        for descriptor in outputs.map(\.descriptor) + [end, terminal] where descriptor >= 0 {
            close(descriptor)
        }
        unlink("\(directory)/progress")
        rmdir(directory)
    }

    /// The reading end of a new pipe.
    private static func pipe(_ writing: inout Int32) throws -> Int32 {
        var reading: Int32 = -1
        try check(linux_pipe(&reading, &writing), "open a pipe")
        return reading
    }

    private static func makeDirectory() throws -> String {
        let base = ProcessInfo.processInfo.environment["TMPDIR"] ?? ""
        var template = Array("\(base.isEmpty ? "/tmp" : base)/jobctl-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw Trouble(
                message: "cannot make a temporary directory: \(String(cString: strerror(errno)))"
                    + "; name a place for it in $TMPDIR",
                status: ExitStatus.failed)
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    @discardableResult
    private static func check(_ result: Int32, _ what: String) throws -> Int32 {
        guard result >= 0 else {
            throw Trouble(
                message: "cannot \(what): \(String(cString: strerror(-result)))",
                status: ExitStatus.failed)
        }
        return result
    }
}
