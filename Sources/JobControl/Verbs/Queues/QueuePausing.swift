import JobAPI
import JobClient

/// Pauses queues, or resumes them.
struct QueuePausing {
    let connection: ConnectionOptions
    let format: FormatOptions
    let queues: [String]

    /// Does it to each of them, and prints them.
    ///
    /// - Returns: What to exit with.
    func set(paused: Bool, on console: Console) async throws -> Int32 {
        try await connection.withClient { client in
            var documents: [[UInt8]] = []
            var status: Int32 = 0
            for name in queues {
                do {
                    // A change makes a queue that is not there, which nobody wants
                    // of a mistyped name.
                    _ = try await client.queue(name)
                    let queue = try await client.setQueue(name, QueueUpdate(isPaused: paused))
                    documents.append(queue.json)
                    if !format.isJSON { try console.line(QueueTable.line(queue.value)) }
                } catch ClientError.problem(let problem) where problem.status == 404 {
                    console.note("\(name): \(problem)")
                    status = ExitStatus.failed
                }
            }
            if format.isJSON {
                try console.line(JobsDocument.json(documents, of: "queues"))
            }
            return status
        }
    }
}
