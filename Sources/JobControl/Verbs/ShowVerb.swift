import ArgumentParser
import JobAPI
import JobClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `jobctl show`
struct ShowVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show all that is known of a job.",
        discussion: """
            EXAMPLES:
              jobctl show 42
              jobctl show --json 42 | jq .exit_code
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Argument(help: ArgumentHelp("The job.", valueName: "id")) var id: Int64

    func perform(on console: Console) async throws -> Int32 {
        let job = try await connection.withClient { try await $0.job(id) }
        if format.isJSON {
            try console.line(job.json)
            return 0
        }
        let lines = JobSheet.lines(
            job.value, now: Date().timeIntervalSince1970, style: console.style(on: .stdout))
        for line in lines { try console.line(line) }
        return 0
    }
}
