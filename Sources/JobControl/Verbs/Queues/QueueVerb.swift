import ArgumentParser

/// `jobctl queue`
struct QueueVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "Show and change queues.",
        discussion: """
            A job goes through a queue, which runs as many at once as it has slots, those \
            of the highest priority first. There is always one named default.
            """,
        subcommands: [
            QueueListVerb.self, QueueShowVerb.self, QueueSetVerb.self, QueuePauseVerb.self,
            QueueResumeVerb.self, QueueRemoveVerb.self,
        ],
        defaultSubcommand: QueueListVerb.self)
}
