/// A manual page in mdoc(7), made from a command's declaration.
struct ManualPage {
    private let program: CommandDeclaration
    private let command: CommandDeclaration
    /// The command's names, the program's first.
    private let path: [String]
    private let section: String
    private let date: String
    private let supplement: ManualSupplement
    /// Options that most commands have, told of once on a page of many.
    private let common: [ArgumentDeclaration]
    private var lines: [String] = []

    /// The page of a program, or of one of its commands.
    ///
    /// - Parameters:
    ///   - path: The command's names below the program; none for the program.
    ///   - date: As `November 22, 2026`.
    init?(of program: CommandDeclaration, path: [String] = [], section: String, date: String) {
        var command = program
        for name in path {
            guard let next = command.subcommand(name) else { return nil }
            command = next
        }
        if path.isEmpty, let verb = Self.only(program) {
            command = Self.merged(program, with: verb)
        }
        self.program = program
        self.command = command
        self.path = [program.commandName] + path
        self.section = section
        self.date = date
        supplement = ManualSupplement(program.commandName)
        common = Self.common(command)
        write()
    }

    /// The file's name, as man(1) looks for it.
    var file: String { "\(path.joined(separator: "-")).\(section)" }

    /// The page.
    var text: String { lines.joined(separator: "\n") + "\n" }

    private var isProgram: Bool { path.count == 1 }
    private var title: String { path.joined(separator: "-") }

    /// The command that a program has in place of commands: it need not be named,
    /// and the program's page tells of both.
    static func only(_ program: CommandDeclaration) -> CommandDeclaration? {
        let verbs = program.shownSubcommands.filter { $0.commandName != "help" }
        if let name = program.defaultSubcommand { return program.subcommand(name) }
        return verbs.count == 1 ? verbs.first : nil
    }

    private static func merged(
        _ program: CommandDeclaration, with verb: CommandDeclaration
    ) -> CommandDeclaration {
        var merged = verb
        merged.commandName = program.commandName
        merged.abstract = program.abstract
        merged.discussion =
            [program.discussion, verb.discussion].compactMap { $0 }.joined(separator: "\n\n")
        merged.subcommands = program.subcommands?.filter {
            $0.commandName != verb.commandName && $0.commandName != "help"
        }
        return merged
    }

    /// The options that more than half of the commands have in the same words.
    private static func common(_ command: CommandDeclaration) -> [ArgumentDeclaration] {
        let leaves = leaves(of: command, path: [])
        guard leaves.count > 2 else { return [] }
        var counts: [ArgumentDeclaration: Int] = [:]
        for leaf in leaves {
            for option in leaf.command.shownOptions { counts[option, default: 0] += 1 }
        }
        return counts.filter { $0.value * 2 > leaves.count }.map(\.key)
            .sorted { ($0.longName ?? "") < ($1.longName ?? "") }
    }

    private static func leaves(
        of command: CommandDeclaration, path: [String]
    ) -> [(path: [String], command: CommandDeclaration)] {
        command.shownSubcommands.filter { $0.commandName != "help" }.flatMap { verb in
            let path = path + [verb.commandName]
            return verb.shownSubcommands.isEmpty
                ? [(path, verb)] : leaves(of: verb, path: path)
        }
    }

    // MARK: The page, from top to bottom

    private mutating func write() {
        let discussion = ManualDiscussion(command.discussion ?? "")
        let leaves = Self.leaves(of: command, path: path)
        lines = [
            ".Dd \(date)", ".Dt \(title.uppercased()) \(section)", ".Os",
            ".Sh NAME", ".Nm \(title)",
            ".Nd \(Self.name(command.abstract ?? ""))", ".Sh SYNOPSIS",
        ]
        if leaves.isEmpty { synopsis(of: command, path: path) }
        for leaf in leaves { synopsis(of: leaf.command, path: leaf.path) }
        lines.append(".Sh DESCRIPTION")
        lines += MdocText.paragraph(command.abstract ?? "")
        paragraphs(discussion)
        if leaves.isEmpty {
            list("The options are:", command.positionals + Self.ordered(command.shownOptions))
        } else {
            list("Most commands have these options:", common)
            lines.append(".Sh COMMANDS")
            for leaf in leaves { subsection(leaf.command, path: leaf.path) }
        }
        if isProgram {
            entries("ENVIRONMENT", supplement.environment, macro: ".Ev")
            entries("FILES", supplement.files, macro: ".Pa")
        }
        exitStatus(discussion)
        examples(discussion)
        related()
    }

    private mutating func synopsis(of command: CommandDeclaration, path: [String]) {
        lines.append(".Nm \(MdocText.argument(path.joined(separator: " ")))")
        if !command.shownOptions.isEmpty { lines.append(".Op Ar options") }
        for argument in command.positionals {
            let name = MdocText.argument(argument.valueName ?? "argument")
            let dots = argument.isRepeating ? " ..." : ""
            if argument.takesTheRest, argument.valueName == "cmd" { lines.append(".Fl \\&-") }
            lines.append(argument.isOptional ? ".Op Ar \(name)\(dots)" : ".Ar \(name)\(dots)")
        }
    }

    private mutating func subsection(_ command: CommandDeclaration, path: [String]) {
        lines.append(".Ss \(MdocText.argument(path.joined(separator: " ")))")
        lines += MdocText.paragraph(command.abstract ?? "")
        let discussion = ManualDiscussion(command.discussion ?? "")
        paragraphs(discussion)
        list(
            nil,
            command.positionals
                + Self.ordered(command.shownOptions).filter { !common.contains($0) })
        for section in discussion.sections {
            lines.append(".Pp")
            if section.title == "EXAMPLES" {
                lines.append("Examples:")
                literal(section.lines)
            } else {
                let title = section.title.prefix(1) + section.title.dropFirst().lowercased()
                lines += MdocText.paragraph("\(title): \(section.lines.joined(separator: " "))")
            }
        }
    }

    private mutating func paragraphs(_ discussion: ManualDiscussion) {
        for paragraph in discussion.paragraphs {
            lines.append(".Pp")
            lines += MdocText.paragraph(paragraph)
        }
    }

    private mutating func list(_ introduction: String?, _ arguments: [ArgumentDeclaration]) {
        guard !arguments.isEmpty else { return }
        if let introduction { lines += [".Pp", introduction] }
        lines.append(".Bl -tag -width Ds")
        for argument in arguments {
            lines.append(".It \(Self.item(argument))")
            lines += MdocText.paragraph(Self.description(argument))
        }
        lines.append(".El")
    }

    private mutating func entries(
        _ title: String, _ entries: [ManualSupplement.Entry], macro: String
    ) {
        guard !entries.isEmpty else { return }
        lines += [".Sh \(title)", ".Bl -tag -width Ds"]
        for entry in entries {
            let terms = entry.term.split(separator: ",").map {
                MdocText.argument($0.trimmingPrefix(" ").description)
            }
            let words = terms.joined(separator: " , ")
            lines.append(".It \(macro.isEmpty ? "" : "\(macro.dropFirst()) ")\(words)")
            lines += MdocText.paragraph(entry.text)
        }
        lines.append(".El")
    }

    private mutating func exitStatus(_ discussion: ManualDiscussion) {
        if isProgram, !supplement.status.isEmpty {
            entries("EXIT STATUS", supplement.status, macro: ".Li")
        } else if let status = discussion.lines(of: "EXIT STATUS") {
            lines.append(".Sh EXIT STATUS")
            let text = status.joined(separator: " ")
            lines += MdocText.paragraph(text.prefix(1).uppercased() + text.dropFirst())
        }
    }

    private mutating func examples(_ discussion: ManualDiscussion) {
        guard let examples = discussion.lines(of: "EXAMPLES") else { return }
        lines.append(".Sh EXAMPLES")
        literal(examples)
    }

    private mutating func literal(_ text: [String]) {
        lines += [".Bd -literal -offset indent"] + MdocText.literal(text) + [".Ed"]
    }

    private mutating func related() {
        var pages = supplement.related
        if !isProgram {
            pages.append((program.commandName, section))
        } else {
            for verb in command.shownSubcommands where verb.commandName != "help" {
                pages.append(("\(program.commandName)-\(verb.commandName)", section))
            }
        }
        guard !pages.isEmpty else { return }
        lines.append(".Sh SEE ALSO")
        // mdoc(7) wants them by section, then by name.
        let sorted = pages.sorted { ($0.section, $0.name) < ($1.section, $1.name) }
        for (index, page) in sorted.enumerated() {
            let comma = index < sorted.count - 1 ? " ," : ""
            lines.append(".Xr \(page.name) \(page.section)\(comma)")
        }
    }

    // MARK: Words

    /// The options with those last that nearly all commands have.
    private static func ordered(_ options: [ArgumentDeclaration]) -> [ArgumentDeclaration] {
        let isCommon = { (option: ArgumentDeclaration) in
            CompletionLine.common.contains(option.longName ?? "")
        }
        return options.filter { !isCommon($0) } + options.filter(isCommon)
    }

    /// An abstract as `.Nd` has it: without a capital and without a full stop.
    private static func name(_ abstract: String) -> String {
        let text = abstract.prefix(1).lowercased() + abstract.dropFirst()
        let bare = text.hasSuffix(".") ? String(text.dropLast()) : text
        return MdocText.paragraph(bare).joined(separator: " ")
    }

    private static func item(_ argument: ArgumentDeclaration) -> String {
        let value = argument.valueName.map { MdocText.argument($0) }
        guard argument.kind != .positional else {
            return "Ar \(value ?? "argument")\(argument.isRepeating ? " ..." : "")"
        }
        let names = (argument.names ?? []).map { name in
            "Fl \(MdocText.argument(String(name.text.dropFirst())))"
        }
        let joined = names.joined(separator: " , ")
        guard argument.kind == .option, let value else { return joined }
        return "\(joined) Ar \(value)"
    }

    private static func description(_ argument: ArgumentDeclaration) -> String {
        var text = argument.abstract ?? ""
        if let discussion = argument.discussion, !discussion.isEmpty { text += " \(discussion)" }
        if !text.isEmpty, text.last != "." { text += "." }
        if let value = argument.defaultValue, !text.contains("default") {
            text += " The default is \(value)."
        }
        return text
    }
}
