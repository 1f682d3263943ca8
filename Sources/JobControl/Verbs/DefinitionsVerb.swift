import ArgumentParser
import JobAPI
import JobClient

/// `jobctl definitions`
struct DefinitionsVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "definitions",
        abstract: "List the commands that may be started by name.",
        discussion: """
            They are in the daemon's configuration, with what each is to be started with: \
            `jobctl run -D NAME parameter=value`.

            EXAMPLES:
              jobctl definitions
              jobctl definitions transcode
              jobctl definitions --json | jq -r '.definitions[].name'
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Argument(help: ArgumentHelp("Only this one, with its parameters.", valueName: "definition"))
    var name: String?

    func perform(on console: Console) async throws -> Int32 {
        guard let name else {
            let found = try await connection.withClient { try await $0.definitions() }
            guard !format.isJSON else { return try print(found.json, on: console) }
            return try print(DefinitionText.table(found.value.definitions), on: console)
        }
        let found = try await connection.withClient { try await $0.definition(name) }
        guard !format.isJSON else { return try print(found.json, on: console) }
        let style = console.style(on: .stdout)
        for line in DefinitionText.head(found.value, style: style) { try console.line(line) }
        guard !found.value.parameters.isEmpty else { return 0 }
        try console.line("")
        return try print(DefinitionText.parameters(of: found.value), on: console)
    }

    private func print(_ json: [UInt8], on console: Console) throws -> Int32 {
        try console.line(json)
        return 0
    }

    private func print(_ table: Table, on console: Console) throws -> Int32 {
        let width = console.outputIsTerminal ? console.size().columns : nil
        for line in table.lines(width: width, style: console.style(on: .stdout)) {
            try console.line(line)
        }
        return 0
    }
}
