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
        abstract: "Show all that is known of jobs.",
        usage: "jobctl show [options] ID…",
        discussion: """
            EXAMPLES:
              jobctl show 42
              jobctl show --json 42 | jq .exit_code
              jobctl show --json 42 43 | jq '.jobs[].exit_code'
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var selection: JobSelection

    func perform(on console: Console) async throws -> Int32 {
        try await connection.withClient { client in
            let ids = try await selection.resolved(for: .any, by: client)
            if ids.isEmpty, !format.isJSON { console.note("there is no such job") }
            var each = EachJob(console: console)
            var isFirst = true
            let jobs = try await each.perform(ids) { id in
                let job = try await client.job(id)
                guard !format.isJSON else { return job }
                if !isFirst { try console.line("") }
                isFirst = false
                try await show(job.value, client: client, on: console)
                return job
            }
            if format.isJSON { try printDocument(jobs, on: console) }
            return each.status
        }
    }

    private func show(_ job: JobResource, client: Client, on console: Console) async throws {
        let now = Date().timeIntervalSince1970
        let style = console.style(on: .stdout)
        for line in JobSheet.lines(job, now: now, style: style) { try console.line(line) }
        guard job.attempt > 1 else { return }
        let attempts = try await client.attempts(ofJob: job.id).value.attempts
        let width = console.outputIsTerminal ? console.size().columns : nil
        try console.line("")
        for line in AttemptTable.table(attempts, now: now).lines(width: width, style: style) {
            try console.line(line)
        }
    }

    /// One job that was asked for by its id is the document; otherwise they are
    /// a list.
    private func printDocument(_ jobs: [Received<JobResource>], on console: Console) throws {
        let isOne =
            selection.ids.count == 1 && selection.ids.first?.ranges.count == 1
            && selection.ids.first?.ranges.first?.count == 1
        guard isOne else { return try console.line(JobsDocument.json(jobs.map(\.json))) }
        if let job = jobs.first { try console.line(job.json) }
    }
}
