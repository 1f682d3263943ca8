import ArgumentParser

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a program prints about itself with `--experimental-dump-help`.
struct DeclarationDump: Decodable {
    private(set) var command: CommandDeclaration

    /// Reads a dump.
    ///
    /// - Throws: `DecodingError` when it is none.
    init(json: [UInt8]) throws {
        self = try JSONDecoder().decode(DeclarationDump.self, from: Data(json))
    }

    /// The declarations of this program.
    static func own() throws -> DeclarationDump {
        try DeclarationDump(json: Array(Jobctl._dumpHelp().utf8))
    }

    /// As much of this program's declarations as a command line of these words is
    /// about: the verbs, but the arguments of only those that are named. All of
    /// them together take a tenth of a second, which is felt at a prompt.
    static func own(about words: [String]) throws -> CommandDeclaration {
        // Options before the verb, and `help`, are about all of them.
        guard let first = words.first, !first.hasPrefix("-"), first != "help" else {
            return try own().command
        }
        var verbs = try Jobctl.configuration.subcommands.map { verb in
            let name = verb.configuration.commandName ?? verb._commandName
            if name == first, words.count > 1 {
                var dump = try DeclarationDump(json: Array(verb._dumpHelp().utf8))
                // Whatever is dumped counts as a program, and gets a `help`.
                dump.command.subcommands?.removeAll { $0.commandName == "help" }
                return dump.command
            }
            return CommandDeclaration(
                commandName: name, abstract: verb.configuration.abstract,
                shouldDisplay: verb.configuration.shouldDisplay)
        }
        // The parser's own.
        verbs.append(
            CommandDeclaration(
                commandName: "help", abstract: "Show subcommand help information."))
        return CommandDeclaration(commandName: Jobctl._commandName, subcommands: verbs)
    }
}
