import JobAPI
import JobClient

/// Finds the jobs that are meant.
struct JobLookup {
    let client: Client

    /// The ids in the order they were given in, each once. Of a range those that
    /// there are; a single one is taken as it is, whether there is such a job or
    /// not.
    ///
    /// - Throws: `Trouble` when there is no job in a range.
    func ids(in groups: [IDGroup]) async throws -> [Int64] {
        var ids: [Int64] = []
        var seen: Set<Int64> = []
        for range in groups.flatMap(\.ranges) {
            let found = range.count == 1 ? [range.lowerBound] : try await existing(range)
            for id in found where seen.insert(id).inserted { ids.append(id) }
        }
        return ids
    }

    /// All jobs that a query lets through, the oldest first.
    func jobs(matching query: JobQuery) async throws -> [JobResource] {
        var query = query
        query.limit = JobQuery.maximumLimit
        var page: JobPage? = try await client.jobs(query).value
        var found: [JobResource] = []
        while let jobs = page {
            found += jobs.jobs
            page = try await client.jobs(after: jobs)?.value
        }
        return found.reversed()
    }

    private func existing(_ range: ClosedRange<Int64>) async throws -> [Int64] {
        var ids: [Int64] = []
        var last = range.upperBound
        while true {
            var query = JobQuery()
            // No more than these can be in the range.
            query.limit = Int(min(Int64(JobQuery.maximumLimit), last - range.lowerBound + 1))
            query.before = last == .max ? nil : last + 1
            let page = try await client.jobs(query).value
            ids += page.jobs.map(\.id).filter(range.contains)
            guard page.next != nil, let oldest = page.jobs.last?.id, oldest > range.lowerBound
            else { break }
            last = oldest - 1
        }
        guard !ids.isEmpty else {
            throw Trouble(
                message: "there is no job from \(range.lowerBound) to \(range.upperBound)",
                status: ExitStatus.failed)
        }
        return ids.reversed()
    }
}
