import ArgumentParser
import JobAPI
import JobClient
import YAMLReading

/// Why a verb ends early: one line for standard error, and what to exit with.
struct Trouble: Error, Equatable {
    /// Says what is wrong and what to do. Empty when there is nothing to say.
    var message: String
    var status: Int32

    /// Trouble that jobctl itself found in what it was told to do.
    static func usage(_ message: String) -> Trouble {
        Trouble(message: message, status: ExitStatus.usage)
    }

    /// Trouble of any origin.
    init(_ error: any Error) {
        switch error {
        case let trouble as Trouble: self = trouble
        case let error as ClientError: self.init(error)
        case let error as YAMLTrouble:
            self.init(message: DisplayText.clean("\(error)"), status: ExitStatus.usage)
        case is ClosedPipe:
            // Whoever read the output has had enough: exit as if by SIGPIPE (13).
            self.init(message: "", status: ExitStatus.signalBase + 13)
        case is CancellationError:
            self.init(message: "interrupted", status: ExitStatus.interrupted)
        default: self.init(message: "\(error)", status: ExitStatus.failed)
        }
    }

    /// What was said, as the beginning of a longer sentence.
    static func clause(_ said: some CustomStringConvertible) -> String {
        let text = said.description
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }

    init(message: String, status: Int32) {
        self.message = message
        self.status = status
    }

    private init(_ error: ClientError) {
        switch error {
        case .unreachable:
            self.init(
                message: "\(error); start one with `jobd serve`, or name it with --url",
                status: ExitStatus.noDaemon)
        case .interrupted:
            self.init(
                message: "\(error); it may have been done: look with jobctl show, or jobctl list",
                status: ExitStatus.noDaemon)
        case .notPermitted:
            self.init(
                message: "\(error): only its owner and its group are; "
                    + "ask to be added to the group",
                status: ExitStatus.notAllowed)
        case .problem(let problem) where problem.status == 401:
            self.init(
                message: "\(Self.clause(problem)); give a token with --token-file or in "
                    + "$JOBD_TOKEN, or use the daemon's Unix socket",
                status: ExitStatus.notAllowed)
        case .problem(let problem) where problem.status == 403:
            self.init(message: problem.description, status: ExitStatus.notAllowed)
        // RFC 9110 §15.5.20; the daemon does not serve the host that was named.
        case .problem(let problem) where problem.status == 421:
            self.init(
                message: "\(Self.clause(problem)); name the daemon in --url by an address that "
                    + "it listens on, or add the name to its allowed_hosts",
                status: ExitStatus.notAllowed)
        case .problem(let problem) where problem.status == 429:
            let words = problem.retryAfterSeconds.map {
                "\(Self.clause(problem)); try again in \($0) s"
            }
            self.init(message: words ?? problem.description, status: ExitStatus.failed)
        case .problem(let problem):
            self.init(message: problem.description, status: ExitStatus.failed)
        case .protocolViolation:
            self.init(
                message: "\(error); is it a jobd that listens there?", status: ExitStatus.failed)
        }
    }
}
