/// A command line up to the cursor, read by the declarations: which command it is
/// about, and what is to come at the cursor.
struct CompletionLine {
    /// What can stand at the cursor.
    enum Place: Equatable {
        /// A subcommand.
        case subcommand
        /// The name of an option.
        case option
        /// The value of an option; `prefix` is what of the word is not value.
        case value(ArgumentDeclaration, prefix: String)
        /// An argument without a name.
        case argument(ArgumentDeclaration)
        /// A command line of its own, which begins with the word of this index.
        case command(Int)
        /// Only another option.
        case nothing
        /// Something that is not known here.
        case unknown
    }

    /// The names of the commands, from the first below the root.
    private(set) var path: [String] = []
    /// The innermost command.
    private(set) var command: CommandDeclaration
    private(set) var place = Place.unknown
    /// What is there already of the word at the cursor.
    private(set) var word = ""
    /// The values of options that were given, by long name.
    private(set) var values: [String: String] = [:]
    /// The arguments without a name that were given.
    private(set) var arguments: [String] = []
    /// The options and flags that were given.
    private(set) var given: Set<ArgumentDeclaration> = []

    /// The definition that is to be started; nil when it is a command.
    var definition: String? { values["definition"] }

    private var isAfterTerminator = false

    /// Reads the words after the program's name; the last one is that at the
    /// cursor, and may be empty.
    init(_ words: [String], root: CommandDeclaration) {
        command = root
        guard let last = words.last else { return }
        word = last
        var index = 0
        while index < words.count - 1 {
            if let start = commandStart(at: index, words) {
                place = .command(start)
                return
            }
            index += take(words[index], next: index + 1 < words.count - 1 ? words[index + 1] : nil)
            if index == words.count, let option = pending {
                // The option before the cursor is without its value.
                place = .value(option, prefix: "")
                return
            }
        }
        place = placeOfLast(at: words.count - 1, words)
    }

    /// The option whose value is missing.
    private var pending: ArgumentDeclaration?

    /// Takes a word.
    ///
    /// - Parameter next: The word after it, if that is before the cursor.
    /// - Returns: How many words that was; two for an option with its value, even
    ///   if the value is at the cursor.
    private mutating func take(_ word: String, next: String?) -> Int {
        if isAfterTerminator {
            arguments.append(word)
            return 1
        }
        if word == "--" {
            isAfterTerminator = true
            return 1
        }
        guard word.hasPrefix("-"), word.count > 1 else {
            if arguments.isEmpty, let verb = command.subcommand(word) {
                path.append(verb.commandName)
                command = verb
            } else {
                arguments.append(word)
            }
            return 1
        }
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let option = option(parts[0]) else { return 1 }
        given.insert(option)
        guard option.kind == .option else { return 1 }
        if parts.count > 1 {
            note(String(parts[1]), of: option)
            return 1
        }
        if let next { note(next, of: option) } else { pending = option }
        return 2
    }

    private mutating func note(_ value: String, of option: ArgumentDeclaration) {
        if let name = option.longName { values[name] = value }
    }

    /// The option of this name: the command's own, or before the verb one of those
    /// that all verbs have.
    private func option(_ name: Substring) -> ArgumentDeclaration? {
        let own = command.arguments?.first { $0.isNamed(name) }
        if let own { return own }
        // Short flags may be written together; the last one may have a value.
        if name.hasPrefix("-"), !name.hasPrefix("--"), let last = name.last, name.count > 2 {
            return command.arguments?.first { $0.isNamed("-\(last)") }
        }
        guard path.isEmpty else { return nil }
        return leading.first { $0.isNamed(name) }
    }

    /// Options that may stand before the verb, since they concern all of them.
    private var leading: [ArgumentDeclaration] {
        guard path.isEmpty else { return [] }
        // Each as the verb has it that `jobctl` shows the daemon's jobs with.
        let arguments = command.subcommand("list")?.arguments ?? []
        return arguments.filter { Self.common.contains($0.longName ?? "") }
    }

    /// All options that can stand at the cursor, the command's own first.
    var options: [ArgumentDeclaration] {
        let all = leading + command.shownOptions
        let possible = all.filter { $0.isRepeating || !given.contains($0) }
        let isCommon = { (option: ArgumentDeclaration) in
            Self.common.contains(option.longName ?? "")
        }
        return possible.filter { !isCommon($0) } + possible.filter(isCommon)
    }

    /// The options that nearly all verbs have; most of them may stand before the
    /// verb, too.
    static let common = ["json", "url", "token", "token-file", "ca-file", "help", "version"]

    /// Where a command line of its own begins, if it does at this word or was
    /// begun by it.
    private func commandStart(at index: Int, _ words: [String]) -> Int? {
        guard let first = command.positionals.first, first.takesTheRest,
            // `progress` takes all words, too, but they are no command.
            first.valueName == "cmd",
            // A definition has parameters in its place.
            definition == nil
        else { return nil }
        if words[index] == "--" { return index + 1 }
        let isOption = words[index].hasPrefix("-") && words[index].count > 1
        return isOption ? nil : index
    }

    private func placeOfLast(at index: Int, _ words: [String]) -> Place {
        if definition != nil, !arguments.isEmpty, word.hasPrefix("-") { return .unknown }
        if !isAfterTerminator, word.hasPrefix("-") {
            if let equals = word.firstIndex(of: "="), word.hasPrefix("--") {
                guard let option = option(word[..<equals]), option.kind == .option else {
                    return .unknown
                }
                return .value(option, prefix: String(word[...equals]))
            }
            return .option
        }
        if command.subcommands?.isEmpty == false, arguments.isEmpty { return .subcommand }
        if commandStart(at: index, words) != nil { return .command(index) }
        if command.subcommands?.isEmpty == false { return .unknown }
        let positionals = command.positionals
        if arguments.count < positionals.count { return .argument(positionals[arguments.count]) }
        if let last = positionals.last, last.isRepeating { return .argument(last) }
        return isAfterTerminator ? .unknown : .nothing
    }
}
