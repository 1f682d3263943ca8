import ArgumentParser
import CLinux
import JobAPI

/// The command line: verbs for a daemon's client, and what they draw on a terminal.
@main
struct Jobctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobctl",
        abstract: "Submit jobs to jobd, watch them live, and control them.",
        discussion: """
            The daemon is found by --url, else $JOBD_URL, else its socket, else the \
            address that it wrote to its state directory, else http://127.0.0.1:7620. Its \
            socket asks for no token. Elsewhere a token is taken from --token or --token-file, \
            else $JOBD_TOKEN, else, for this machine only, from the file next to the socket.

            EXAMPLES:
              jobctl run -- rsync -a --info=progress2 src/ dst/
              id=$(jobctl submit --name build -- make -j4)
              jobctl watch $id
              jobctl list --state running
              jobctl logs -f $id

            EXIT STATUS:
              0 done, 1 failed, 64 wrong usage, 69 no daemon, 77 not allowed. \
            `run` exits as the job did: see `jobctl run --help`.
            """,
        version: Version.current,
        subcommands: [
            RunVerb.self, SubmitVerb.self, WatchVerb.self, ListVerb.self, ShowVerb.self,
            LogsVerb.self, AttemptsVerb.self, WaitVerb.self, CancelVerb.self, PauseVerb.self,
            ResumeVerb.self, RetryVerb.self, SignalVerb.self, SendVerb.self, EditVerb.self,
            DeleteVerb.self, PruneVerb.self, QueueVerb.self, DefinitionsVerb.self, TokenVerb.self,
            TicketVerb.self, EventsVerb.self, OpenVerb.self, ProgressVerb.self,
            RecognizeVerb.self, DoctorVerb.self, CompletionsVerb.self, CompleteVerb.self,
            ManualVerb.self,
        ])

    /// Runs the verb that was asked for. Wrong usage is told in one line, as all
    /// other errors are.
    static func main() async {
        // Who waits for many jobs has many connections.
        _ = linux_raise_open_files()
        do {
            let words = LeadingOptions.moved(Array(arguments.dropFirst()))
            var command = try parseAsRoot(SignalWord.moved(words))
            if var verb = command as? any AsyncParsableCommand {
                try await verb.run()
            } else {
                try command.run()
            }
        } catch
            where exitCode(for: error).rawValue == ExitStatus.usage
            && !(error is ExitCode)
        {
            let verb = verb(in: Array(arguments.dropFirst()))
            let help = (["jobctl"] + verb + ["--help"]).joined(separator: " ")
            // A sentence of its own, when the parser has ended its one.
            let message = message(for: error)
            let isSentence = message.last.map { ".?!".contains($0) } ?? false
            Console.system.note("\(message)\(isSentence ? " See" : "; see") \(help)")
            exit(withError: ExitCode(ExitStatus.usage))
        } catch {
            exit(withError: error)
        }
    }

    /// What jobctl was called with; bytes that are no UTF-8 stay what they are.
    private static let arguments: [String] = (0..<Int(CommandLine.argc)).compactMap { index in
        CommandLine.unsafeArgv[index].map { CallingProcess.text($0) }
    }

    /// The verb that was meant, with the one below it if it has such.
    static func verb(in words: [String]) -> [String] {
        var verbs: [String] = []
        var command: any ParsableCommand.Type = Jobctl.self
        for word in words {
            let next = command.configuration.subcommands.first {
                $0.configuration.commandName == word
            }
            guard let next else { continue }
            verbs.append(word)
            command = next
        }
        return verbs
    }
}
