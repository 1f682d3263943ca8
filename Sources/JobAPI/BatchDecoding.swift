package import JobModel

/// What `POST /jobs/batch` carries.
package struct BatchRequest: Hashable, Sendable {
    /// A job of the batch.
    package struct Entry: Hashable, Sendable {
        package var spec: JobSpec
        /// The places of others in the batch that it comes after.
        package var siblings: [Int]
    }

    /// At least one, in the order of the request.
    package var entries: [Entry]

    /// - Parameter offer: what may be started.
    /// - Throws: `malformed_request`, or `invalid_spec` with what is wrong with
    ///   which job: `jobs[3].queue`; `forbidden` for a command where only
    ///   definitions may be started.
    package init(json: [UInt8], of offer: Offer = .commands) throws(JobError) {
        var reader = try ObjectReader(json)
        let elements = reader.array("jobs", atMost: 10_000)
        if elements?.isEmpty ?? (reader.value("jobs") == nil) {
            reader.reject("jobs", "is required: an array of at least one job")
        }
        var specs: [(spec: JobSpec, names: [String])] = []
        for (index, element) in (elements ?? []).enumerated() {
            guard case .object(let members) = element else {
                reader.reject("jobs[\(index)]", "must be an object, not \(element.kind)")
                continue
            }
            var job = ObjectReader(members, path: "jobs[\(index)]")
            let (spec, names) = JobSpec.read(&job, of: offer)
            specs.append((spec, names))
            job.rejectUnknown()
            reader.reject(job.errors)
        }
        entries = []
        if reader.errors.isEmpty { entries = Self.resolve(specs, &reader) }
        try reader.finish()
        for entry in entries { try offer.check(entry.spec) }
    }

    /// Finds the places of those that are named.
    private static func resolve(
        _ specs: [(spec: JobSpec, names: [String])], _ reader: inout ObjectReader
    ) -> [Entry] {
        var places: [String: [Int]] = [:]
        for (index, entry) in specs.enumerated() {
            if let name = entry.spec.name { places[name, default: []].append(index) }
        }
        var entries: [Entry] = []
        for (index, entry) in specs.enumerated() {
            var siblings: [Int] = []
            for name in entry.names {
                switch places[name]?.count {
                case 1?: siblings += places[name] ?? []
                case nil:
                    reader.reject(
                        "jobs[\(index)].after", "names '\(name)', which is no job of this batch")
                default:
                    reader.reject(
                        "jobs[\(index)].after",
                        "names '\(name)', which is the name of several jobs of this batch")
                }
            }
            entries.append(Entry(spec: entry.spec, siblings: siblings))
        }
        if let index = circle(entries) {
            reader.reject("jobs[\(index)].after", "makes a circle: it would wait for itself")
        }
        return entries
    }

    /// The place of a job that comes after itself, by way of others or at once;
    /// nil when there is none. Takes away what waits for nothing until nothing
    /// more can be taken (A. B. Kahn, 1962).
    private static func circle(_ entries: [Entry]) -> Int? {
        var waits = entries.map(\.siblings.count)
        var followers = [[Int]](repeating: [], count: entries.count)
        for (index, entry) in entries.enumerated() {
            for sibling in entry.siblings { followers[sibling].append(index) }
        }
        var free = waits.indices.filter { waits[$0] == 0 }
        while let index = free.popLast() {
            for follower in followers[index] {
                waits[follower] -= 1
                if waits[follower] == 0 { free.append(follower) }
            }
        }
        return waits.firstIndex { $0 > 0 }
    }
}
