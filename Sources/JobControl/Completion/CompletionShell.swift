import ArgumentParser

/// A shell that completes jobctl's command lines.
enum CompletionShell: String, CaseIterable, ExpressibleByArgument {
    case bash, zsh, fish

    /// The words of a command line as they are, whatever the shell's editor made of
    /// them.
    ///
    /// - Parameter words: Up to and with the one at the cursor.
    func words(_ words: [String]) -> CompletionWords {
        switch self {
        case .bash: CompletionWords(brokenBy: ["=", ":"], words)
        case .zsh, .fish: CompletionWords(brokenBy: [], words)
        }
    }
}
