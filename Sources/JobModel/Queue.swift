/// A named line of jobs.
package struct Queue: Hashable, Sendable {
    package var name: String
    /// How many attempts of its jobs run at once.
    package var slots: Int
    /// Whether nothing of it is started.
    package var isPaused: Bool
    /// What its jobs share, by name.
    package var resources: [String: Resource]

    package init(
        name: String, slots: Int = 1, isPaused: Bool = false,
        resources: [String: Resource] = [:]
    ) {
        self.name = name
        self.slots = slots
        self.isPaused = isPaused
        self.resources = resources
    }

    /// What a job that needs this could never get here, as errors of its spec.
    package func misfits(_ needs: [String: Int64]) -> [FieldError] {
        needs.sorted { $0.key < $1.key }.compactMap { name, amount in
            let total = resources[name]?.total ?? 0
            if amount <= total { return nil }
            return FieldError(
                field: "resources.\(name)",
                message: total == 0
                    ? "is nothing that the queue '\(self.name)' has"
                    : "is more than the queue '\(self.name)' has, which is \(total)")
        }
    }
}

/// A queue and what is in it.
package struct QueueStatus: Hashable, Sendable {
    package var queue: Queue
    /// What its running jobs have of its resources, of which there may be fewer
    /// than that by now.
    package var inUse: [String: Grant]
    /// Jobs that hold a slot, paused ones among them.
    package var running: Int
    package var queued: Int
    package var waiting: Int

    package init(
        queue: Queue, inUse: [String: Grant] = [:], running: Int = 0, queued: Int = 0,
        waiting: Int = 0
    ) {
        self.queue = queue
        self.inUse = inUse
        self.running = running
        self.queued = queued
        self.waiting = waiting
    }
}

/// What is to be changed about a queue; nil leaves it as it is.
package struct QueueChange: Hashable, Sendable {
    package var slots: Int?
    package var isPaused: Bool?
    package var resources: [String: Resource]?

    package init(
        slots: Int? = nil, isPaused: Bool? = nil, resources: [String: Resource]? = nil
    ) {
        self.slots = slots
        self.isPaused = isPaused
        self.resources = resources
    }
}
