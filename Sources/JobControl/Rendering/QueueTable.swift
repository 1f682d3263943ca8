import JobAPI

/// Queues as a table.
enum QueueTable {
    /// A row for each queue.
    static func table(_ queues: [QueueResource]) -> Table {
        var table = Table([
            Table.Column(title: "QUEUE"),
            Table.Column(title: "SLOTS", isAlignedRight: true),
            Table.Column(title: "RUNNING", isAlignedRight: true),
            Table.Column(title: "QUEUED", isAlignedRight: true),
            Table.Column(title: "WAITING", isAlignedRight: true),
            Table.Column(title: "STATE"),
            Table.Column(title: "IN USE", isFlexible: true),
        ])
        for queue in queues {
            table.append([
                Table.Cell(DisplayText.clean(queue.name)),
                Table.Cell("\(queue.slots)"),
                Table.Cell("\(queue.running)"),
                Table.Cell("\(queue.queued)"),
                Table.Cell("\(queue.waiting)"),
                queue.isPaused ? Table.Cell("paused", .yellow) : Table.Cell("open"),
                Table.Cell(ResourceText.use(of: queue)),
            ])
        }
        return table
    }

    /// A queue in a line: `gpu: 2 slots, 1 running, 4 queued, paused, gpu 1/2`.
    static func line(_ queue: QueueResource) -> String {
        var parts = [
            "\(queue.slots) \(queue.slots == 1 ? "slot" : "slots")", "\(queue.running) running",
            "\(queue.queued) queued",
        ]
        if queue.waiting > 0 { parts.append("\(queue.waiting) waiting") }
        if queue.isPaused { parts.append("paused") }
        if !queue.resources.isEmpty { parts.append(ResourceText.use(of: queue)) }
        return "\(DisplayText.clean(queue.name)): \(parts.joined(separator: ", "))"
    }
}
