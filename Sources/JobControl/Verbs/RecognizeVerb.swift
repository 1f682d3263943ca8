import ArgumentParser
import CLinux
import Dispatch

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// `jobctl recognize`
struct RecognizeVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "recognize",
        abstract: "Show what progress is recognised in a command's output.",
        usage: """
            jobctl recognize [options] -- CMD…
            jobctl recognize [--json] < FILE
            """,
        discussion: """
            Runs the command as a job would be, but here and now, without a daemon, and \
            prints each reading: seconds from the start, the form that was recognised, and \
            what it tells. Its standard input is empty. Ctrl-C ends the command; then, too, \
            there is a summary.

            Without a command it reads output from standard input. In a file each line counts \
            as printed 0.1 seconds after the one before, which is also what rates are \
            computed from that a tool does not print itself; what is piped in, when it comes. \
            A recording (asciicast version 2 or 3: --record, asciinema) has times of its own.

            To report a tool that is not recognised, or wrongly, attach a recording of it.

            EXAMPLES:
              jobctl recognize -- rsync -a --info=progress2 src/ dst/
              jobctl recognize --tty --record pip.cast -- pip install torch
              jobctl recognize < build.log
              jobctl recognize --json < pip.cast | jq .fraction

            EXIT STATUS:
              0 if something was recognised, else 1, whatever the command exits with; 126 the \
            command could not be started; 127 there is no such command; 64 wrong usage.
            """)

    @Flag(name: .customLong("json"), help: "Print the readings as JSON, one object a line.")
    var isJSON = false
    @Flag(help: "Give the command a terminal of 120 by 40 in place of pipes.")
    var tty = false
    @Flag(help: "Show what the command writes as well, on standard error.")
    var show = false
    @Option(
        help: ArgumentHelp(
            "Record what the command writes in this file, as an asciicast.", valueName: "file"))
    var record: String?
    @Option(
        help: ArgumentHelp(
            "Make readings closer together than this one, as the daemon does: 0.1s.",
            valueName: "time"))
    var interval: DurationArgument?
    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("The command and its arguments.", valueName: "cmd"))
    var words: [String] = []

    func perform(on console: Console) async throws -> Int32 {
        if ["-h", "--help", "-help"].contains(words.first) { throw CleanExit.helpRequest(self) }
        let order = try order()
        // Whether a reader has gone is found out by writing, so that the command
        // can be ended before this is.
        signal(SIGPIPE, SIG_IGN)
        var (reading, writing): (Int32, Int32) = (-1, -1)
        guard linux_pipe(&reading, &writing) == 0 else {
            throw Trouble(message: "there is no descriptor left", status: ExitStatus.failed)
        }
        let ends = (reading, writing)
        let interrupts = Interrupts.signals()
        let passingOn = Task {
            for await number in interrupts {
                var byte = UInt8(truncatingIfNeeded: number)
                linux_write(ends.1, &byte, 1)
            }
        }
        defer {
            passingOn.cancel()
            close(ends.0)
            close(ends.1)
        }
        return try await withCheckedThrowingContinuation { continuation in
            // It waits for the command, which may take a day.
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result {
                        try RecognitionRun(order, console: console, signals: ends.0).run()
                    })
            }
        }
    }

    /// What to do.
    ///
    /// - Throws: `Trouble` when it makes no sense.
    func order() throws -> RecognitionRun.Order {
        var command = words
        if command.first == "--" {
            command.removeFirst()
            guard !command.isEmpty else { throw Trouble.usage("no command after --") }
        } else if let first = command.first, first.hasPrefix("-"), first != "-" {
            // What the parser does not know it takes for the command's beginning.
            throw Trouble.usage("unknown option '\(first)'; a command goes after --")
        }
        if command.isEmpty {
            let given = [("--tty", tty), ("--show", show), ("--record", record != nil)]
            if let option = given.first(where: \.1)?.0 {
                throw Trouble.usage("\(option) needs a command: give one after --")
            }
            if isatty(STDIN_FILENO) == 1 {
                throw Trouble.usage(
                    "nothing to recognise: give a command after --, or output as standard input: "
                        + "< FILE")
            }
        }
        var order = RecognitionRun.Order(
            command: command, usesTerminal: tty, isJSON: isJSON, showsOutput: show,
            recording: record)
        if let interval {
            guard (0...86_400).contains(interval.seconds) else {
                throw Trouble.usage("--interval must be between 0 and a day")
            }
            order.interval = Int64((interval.seconds * 1_000_000).rounded())
        }
        return order
    }
}
