/// A command as its declaration has it: what help, completions and manual are made
/// from. The form is ArgumentParser's own, as `--experimental-dump-help` prints it.
struct CommandDeclaration: Decodable, Hashable {
    var commandName: String
    var abstract: String?
    var discussion: String?
    var shouldDisplay: Bool?
    var aliases: [String]?
    var defaultSubcommand: String?
    var subcommands: [CommandDeclaration]?
    var arguments: [ArgumentDeclaration]?

    /// The subcommand of this name or alias.
    func subcommand(_ name: String) -> CommandDeclaration? {
        subcommands?.first { $0.commandName == name || $0.aliases?.contains(name) == true }
    }

    /// The subcommands that people are told of.
    var shownSubcommands: [CommandDeclaration] {
        (subcommands ?? []).filter { $0.shouldDisplay != false }
    }

    /// The options and flags that people are told of.
    var shownOptions: [ArgumentDeclaration] {
        (arguments ?? []).filter { $0.shouldDisplay && $0.kind != .positional }
    }

    /// The arguments without a name, in their order.
    var positionals: [ArgumentDeclaration] {
        (arguments ?? []).filter { $0.shouldDisplay && $0.kind == .positional }
    }
}
