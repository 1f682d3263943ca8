import JobModel

@testable import JobStore

/// Making, changing and removing queues.
extension StoreModel {
    /// What of its needs a job could never get in a queue, by name.
    func misfits(_ needs: [String: Int64], in queue: Queue) -> [String] {
        needs.filter { $0.value > (queue.resources[$0.key]?.total ?? 0) }.keys.sorted()
    }

    /// Makes or changes a queue.
    mutating func setQueue(_ name: String, _ change: QueueChange) throws(Refusal) -> Expected {
        var queue = queues[name] ?? Queue(name: name, slots: 1)
        queue.slots = change.slots ?? queue.slots
        queue.isPaused = change.isPaused ?? queue.isPaused
        queue.resources = change.resources ?? queue.resources
        for job in unfinished(in: name) where !misfits(job.spec.resources, in: queue).isEmpty {
            throw Refusal(code: .conflict)
        }
        if queues[name] == nil || change.slots != nil { queuesWithGivenSlots.insert(name) }
        queues[name] = queue
        return Expected()
    }

    /// The daemon's own idea of how many slots a queue has.
    mutating func setDefaultSlots(_ slots: Int, of name: String) -> Expected {
        if !queuesWithGivenSlots.contains(name) { queues[name]?.slots = slots }
        return Expected()
    }

    /// Removes a queue.
    mutating func removeQueue(_ name: String) throws(Refusal) -> Expected {
        guard queues[name] != nil else { throw Refusal(code: .queueNotFound) }
        guard name != JobSpec.defaultQueue, unfinished(in: name).isEmpty else {
            throw Refusal(code: .conflict)
        }
        queues[name] = nil
        queuesWithGivenSlots.remove(name)
        return Expected()
    }

    /// A queue and what is in it; what is in use is left out when it is of
    /// different kinds, as after a change of the queue.
    func status(_ name: String) -> QueueStatus? {
        guard let queue = queues[name] else { return nil }
        let jobs = unfinished(in: name)
        var status = QueueStatus(queue: queue)
        status.running = jobs.filter(\.state.isActive).count
        status.queued = jobs.filter { $0.state == .queued }.count
        status.waiting = jobs.filter { $0.state == .waiting }.count
        for (name, grant) in jobs.filter(\.state.isActive).flatMap(\.granted) {
            switch (status.inUse[name], grant) {
            case (nil, .names(let names)): status.inUse[name] = .names(names.sorted())
            case (nil, .amount): status.inUse[name] = grant
            case (.amount(let sum)?, .amount(let more)): status.inUse[name] = .amount(sum + more)
            case (.names(let names)?, .names(let more)):
                status.inUse[name] = .names((names + more).sorted())
            case (.names?, .amount), (.amount?, .names): break
            }
        }
        return status
    }

    /// Whether a queue's jobs have numbers and names of the same resource.
    func hasMixedGrants(_ name: String) -> Bool {
        let grants = unfinished(in: name).filter(\.state.isActive).flatMap(\.granted)
        return Dictionary(grouping: grants, by: \.key).values.contains { grants in
            Set(grants.map { Self.names($0.value).isEmpty }).count > 1
        }
    }

    private func unfinished(in name: String) -> [Job] {
        allJobs.filter { $0.spec.queue == name && !$0.state.isFinished }
    }
}
