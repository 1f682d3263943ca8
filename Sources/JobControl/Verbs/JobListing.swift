import JobAPI
import JobClient

/// Jobs of as many pages as it takes.
struct JobListing {
    private(set) var jobs: [JobResource] = []
    /// One document of the form of a page: the daemon's own if one page was
    /// enough.
    private(set) var json: [UInt8] = []
    private(set) var hasMore = false

    /// The newest jobs that a query lets through, at most `limit`.
    static func fetch(
        _ query: JobQuery, limit: Int, from client: Client
    ) async throws -> JobListing {
        var listing = JobListing()
        var query = query
        var elements: [[UInt8]] = []
        while true {
            query.limit = min(limit - listing.jobs.count, JobQuery.maximumLimit)
            let page = try await client.jobs(query)
            listing.jobs += page.value.jobs
            listing.hasMore = page.value.next != nil
            let members = JSONText.members(of: page.json)
            let array = members.first { $0.name == "jobs" }.map { Array($0.value) } ?? []
            elements.append(JSONText.contents(ofArray: array))
            guard listing.jobs.count < limit, let before = page.value.nextBefore else {
                guard elements.count > 1 else {
                    listing.json = page.json
                    return listing
                }
                let next = members.first { $0.name == "next" }.map { Array($0.value) }
                listing.json = document(elements, next: next ?? Array("null".utf8))
                return listing
            }
            query.before = before
        }
    }

    private static func document(_ elements: [[UInt8]], next: [UInt8]) -> [UInt8] {
        var document = Array("{\"jobs\":[".utf8)
        document += elements.filter { !$0.isEmpty }.joined(separator: [UInt8(ascii: ",")])
        document += Array("],\"next\":".utf8)
        return document + next + [UInt8(ascii: "}")]
    }
}
