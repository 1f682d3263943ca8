/// What a shell is told: a line that says what kind of answer it is, and the
/// candidates, one a line.
enum CompletionAnswer: Equatable {
    /// These, in their order.
    case words([CompletionCandidate])
    /// The shell knows files better.
    case files
    case directories
    /// The words from this index on are a command line of their own; the shell
    /// knows how to complete that.
    case command(Int)

    /// The lines that a script reads.
    var lines: [String] {
        switch self {
        case .files: ["files"]
        case .directories: ["directories"]
        case .command(let index): ["command \(index)"]
        case .words(let candidates): ["words"] + candidates.map(\.line)
        }
    }
}
