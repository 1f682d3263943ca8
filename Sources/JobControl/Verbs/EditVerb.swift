import ArgumentParser
import JobAPI
import JobClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `jobctl edit`
struct EditVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract: "Change a job that has not started.",
        usage: "jobctl edit [options] ID",
        discussion: """
            Without options it opens $VISUAL, else $EDITOR, else vi, on what can be changed: \
            priority, queue, the time before which it is not to start, and labels. Only \
            what you change is sent. What is refused is offered to you again.

            EXAMPLES:
              jobctl edit 42
              jobctl edit --priority 10 --queue gpu 42
              jobctl edit --not-before none --label app=shop --remove-label old 42
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Option(
        // It may be below zero.
        parsing: .unconditional,
        help: ArgumentHelp("The higher, the sooner it starts.", valueName: "n"))
    var priority: Int?
    @Option(help: "The queue it goes through.") var queue: String?
    @Option(
        help: ArgumentHelp(
            "Do not start it before: +2h, 22:30, 2026-11-22 22:30, or RFC 3339; none for as soon "
                + "as possible.", valueName: "time"))
    var notBefore: String?
    @Option(
        name: .customLong("label"),
        help: ArgumentHelp("Add or change this label; may be repeated.", valueName: "key=value"))
    var labels: [AssignmentArgument] = []
    @Option(
        name: .customLong("remove-label"),
        help: ArgumentHelp("Remove this label; may be repeated.", valueName: "key"))
    var removedLabels: [String] = []
    @Argument(help: ArgumentHelp("The job.", valueName: "id")) var id: Int64

    func perform(on console: Console) async throws -> Int32 {
        try await connection.withClient { client in
            var update = JobUpdate(priority: priority, queue: queue, start: try start())
            var edited: Received<JobResource>?
            if update.isEmpty, labels.isEmpty, removedLabels.isEmpty {
                edited = try await edit(client)
            } else {
                if !labels.isEmpty || !removedLabels.isEmpty {
                    update.labels = try changed(try await client.job(id).value.labels)
                }
                edited = try await client.update(id, update)
            }
            guard let edited else {
                console.note("nothing changed")
                return 0
            }
            if format.isJSON {
                try console.line(edited.json)
            } else {
                try console.line(PlainLine.line(edited.value))
            }
            return 0
        }
    }

    private func edit(_ client: Client) async throws -> Received<JobResource>? {
        let job = try await client.job(id).value
        // Better now than after the user has written something.
        guard job.state == .queued || job.state == .waiting else {
            throw Trouble(
                message: "job \(id) is \(job.state.rawValue); only a job that has not started "
                    + "can be changed", status: ExitStatus.failed)
        }
        let environment = ProcessInfo.processInfo.environment
        let directory = environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        let session = EditSession(
            client: client, editor: Editor(environment: environment), job: job,
            directory: directory)
        return try await session.run()
    }

    private func start() throws -> JobUpdate.Start? {
        guard let notBefore else { return nil }
        if notBefore == "none" { return .anyTime }
        guard let time = TimeArgument(argument: notBefore) else {
            throw Trouble.usage(
                "--not-before must be +2h, 22:30, 2026-11-22 22:30, an RFC 3339 time or none, "
                    + "not '\(notBefore)'")
        }
        return .notBefore(try time.date(now: Date()))
    }

    private func changed(_ present: [String: String]) throws -> [String: String] {
        var changed = present.filter { !removedLabels.contains($0.key) }
        for (key, value) in try AssignmentArgument.labels(labels) { changed[key] = value }
        return changed
    }
}
