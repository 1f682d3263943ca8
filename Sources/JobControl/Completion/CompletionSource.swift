import JobAPI

/// Where the values of an option or an argument come from.
enum CompletionSource: Equatable {
    /// From this list, in its order.
    case list([String])
    /// Jobs of the daemon: those in these states, or all.
    case jobs([JobResource.State])
    /// The daemon's queues.
    case queues
    /// The daemon's access tokens.
    case tokens
    /// What the daemon offers by name.
    case definitions
    case files
    case directories
    /// Only the user knows.
    case unknown

    /// The source that the declaration names, or the one that the name of its
    /// value stands for everywhere in jobctl.
    ///
    /// - Parameter path: The names of the commands, from the first below the root.
    init(_ argument: ArgumentDeclaration, of path: [String]) {
        if let values = argument.allValues ?? argument.completionKind?.list?.values {
            self = .list(values)
        } else if argument.completionKind?.directory != nil {
            self = .directories
        } else if argument.completionKind?.file != nil {
            self = .files
        } else {
            let names = [argument.valueName, argument.longName].compactMap { $0 }
            self = names.lazy.compactMap { Self.named($0, of: path) }.first ?? .unknown
        }
    }

    private static func named(_ name: String, of path: [String]) -> CompletionSource? {
        switch name {
        case "id", "ids": .jobs(states(of: path.first ?? ""))
        case "queue", "queues": .queues
        case "token-name": .tokens
        case "definition": .definitions
        // What `queue` is about.
        case "name" where path.first == "queue": .queues
        case "state" where path.first == "prune":
            .list(ListVerb.stateNames.filter { JobResource.State(rawValue: $0).isFinished })
        case "state", "states": .list(ListVerb.stateNames)
        case "failure": .list(failures.map(\.rawValue))
        case "signal": .list(CompletionSignals.names)
        case "dir", "cwd", "directory": .directories
        case "file", "path": .files
        default: nil
        }
    }

    /// Which jobs it makes sense to do this to; none for all.
    private static func states(of verb: String) -> [JobResource.State] {
        switch verb {
        case "cancel", "wait", "watch": [.running, .paused, .queued, .waiting]
        // Jobs to come after.
        case "run", "submit": [.running, .paused, .queued, .waiting]
        case "pause": [.running]
        case "resume": [.paused]
        case "signal": [.running, .paused]
        case "send": [.running, .paused, .queued, .waiting]
        case "edit": [.queued, .waiting]
        // A job that waits may wait for its retry, which can be had at once.
        case "retry": [.succeeded, .failed, .cancelled, .waiting]
        case "delete": [.succeeded, .failed, .cancelled]
        default: []
        }
    }

    /// Why a job may have failed.
    private static let failures: [JobResource.Failure] = [
        .exit, .signal, .timeout, .stalled, .lost, .outputLimit, .unstartable,
    ]
}
