import ArgumentParser
import JobAPI
import JobClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `jobctl token list`
struct TokenListVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the tokens.",
        discussion: """
            EXAMPLES:
              jobctl token list
              jobctl token list --json | jq -r '.tokens[] | select(.role == "admin").name'
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions

    func perform(on console: Console) async throws -> Int32 {
        let tokens = try await connection.withClient { try await $0.tokens() }
        if format.isJSON {
            try console.line(tokens.json)
            return 0
        }
        let width = console.outputIsTerminal ? console.size().columns : nil
        let table = TokenTable.table(tokens.value.tokens, now: Date())
        for line in table.lines(width: width, style: console.style(on: .stdout)) {
            try console.line(line)
        }
        return 0
    }
}
