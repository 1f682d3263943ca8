import ArgumentParser
import JobAPI
import JobClient

/// `jobctl queue set`
struct QueueSetVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Change a queue, or make one.",
        usage: "jobctl queue set [options] QUEUE",
        discussion: """
            What is not given stays as it is; a new queue has one slot. The resources that \
            are given take the place of all that there were. A whole number alone is \
            counted: mem_gb=24. Anything else is names, of which a job gets as many as it \
            needs: gpu=0,1, or gpu=cuda0. A single name that is a number has a comma behind \
            it: gpu=0,

            EXAMPLES:
              jobctl queue set builds --slots 4
              jobctl queue set gpu --slots 2 --resource gpu=0,1 --resource mem_gb=24
              jobctl queue set gpu --no-resources
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Option(help: ArgumentHelp("How many of its jobs run at once.", valueName: "n"))
    var slots: Int?
    @Option(
        name: .customLong("resource"),
        help: ArgumentHelp(
            "What its jobs share: a number, or names. May be repeated.",
            valueName: "name=n|a,b"))
    var resources: [AssignmentArgument] = []
    @Flag(help: "Its jobs share nothing.") var noResources = false
    @Argument(help: ArgumentHelp("The queue.", valueName: "queue")) var queue: String

    func validate() throws {
        if let slots, slots < 0 { throw ValidationError("--slots must be 0 or more") }
        if noResources, !resources.isEmpty {
            throw ValidationError("give either --resource or --no-resources")
        }
    }

    func perform(on console: Console) async throws -> Int32 {
        var update = QueueUpdate(slots: slots)
        if noResources { update.resources = [:] }
        if !resources.isEmpty { update.resources = try ResourceOptions.amounts(resources) }
        let changed = try await connection.withClient { client in
            try await client.setQueue(queue, update)
        }
        try format.print(changed, on: console)
        return 0
    }
}

extension FormatOptions {
    /// Prints a queue that was changed.
    func print(_ queue: Received<QueueResource>, on console: Console) throws {
        if isJSON {
            try console.line(queue.json)
        } else {
            try console.line(QueueTable.line(queue.value))
        }
    }
}
