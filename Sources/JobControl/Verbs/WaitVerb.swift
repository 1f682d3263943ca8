import ArgumentParser
import JobAPI
import JobClient

/// `jobctl wait`
struct WaitVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until jobs are finished.",
        usage: "jobctl wait [options] ID…",
        discussion: """
            Prints how each of them ended, as it ends. It goes on waiting when the daemon \
            goes away.

            EXAMPLES:
              jobctl wait 42 && echo good
              jobctl wait 42 43 44
              jobctl wait --json 42 | jq '.jobs[].exit_code'

            EXIT STATUS:
              0 if all succeeded, else 1.
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Argument(help: ArgumentHelp("The jobs.", valueName: "id")) var ids: [Int64]

    func perform(on console: Console) async throws -> Int32 {
        let notice = OutageNotice { console.note($0) }
        let jobs = try await connection.withClient(onInterruption: notice.interrupted) { client in
            // First all of them are looked at: a wrong id is told at once.
            for id in ids { _ = try await client.job(id) }
            return try await finished(client, on: console)
        }
        if format.isJSON { try console.line(JobsDocument.json(ids.compactMap { jobs[$0]?.json })) }
        let allSucceeded = jobs.values.allSatisfy { $0.value.state == .succeeded }
        return allSucceeded ? 0 : ExitStatus.failed
    }

    private func finished(
        _ client: Client, on console: Console
    ) async throws -> [Int64: Received<JobResource>] {
        let isJSON = format.isJSON
        return try await withThrowingTaskGroup(of: Received<JobResource>.self) { group in
            for id in Set(ids) { group.addTask { try await client.finishedJob(id) } }
            var jobs: [Int64: Received<JobResource>] = [:]
            for try await job in group {
                jobs[job.value.id] = job
                if !isJSON { try console.line(PlainLine.line(job.value)) }
            }
            return jobs
        }
    }
}
