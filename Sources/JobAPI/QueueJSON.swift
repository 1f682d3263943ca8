package import JobModel

extension JSONWriter {
    /// The queue resource.
    package mutating func value(_ status: QueueStatus) {
        object { json in
            json.member("name", status.queue.name)
            json.member("slots", status.queue.slots)
            json.member("paused", status.queue.isPaused)
            json.key("resources")
            json.object { object in
                for (name, resource) in status.queue.resources.sorted(by: { $0.key < $1.key }) {
                    object.key(name)
                    switch resource {
                    case .count(let count): object.value(count)
                    case .names(let names): object.array { for name in names { $0.value(name) } }
                    }
                }
            }
            json.key("in_use")
            json.value(status.inUse)
            json.member("running", status.running)
            json.member("queued", status.queued)
            json.member("waiting", status.waiting)
            json.key("links")
            json.object { $0.member("self", Link.queue(status.queue.name)) }
        }
    }
}
