import ArgumentParser
import JobAPI
import JobClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `jobctl attempts`
struct AttemptsVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "attempts",
        abstract: "Show how often a job was tried, and what came of it.",
        discussion: """
            EXAMPLES:
              jobctl attempts 42
              jobctl logs --attempt 1 42
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Argument(help: ArgumentHelp("The job.", valueName: "id")) var id: Int64

    func perform(on console: Console) async throws -> Int32 {
        let attempts = try await connection.withClient { try await $0.attempts(ofJob: id) }
        if format.isJSON {
            try console.line(attempts.json)
            return 0
        }
        let table = AttemptTable.table(
            attempts.value.attempts, now: Date().timeIntervalSince1970)
        let width = console.outputIsTerminal ? console.size().columns : nil
        for line in table.lines(width: width, style: console.style(on: .stdout)) {
            try console.line(line)
        }
        return 0
    }
}
