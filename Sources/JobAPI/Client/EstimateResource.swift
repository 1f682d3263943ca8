#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// How far a job may be that tells nothing of it itself, by the time that earlier
/// runs of its name took: what a job's stream tells between its events. It has no
/// id, and nothing can be resumed from it.
public struct EstimateResource: WireResource, Hashable {
    /// The job's id.
    public var job: Int64
    /// When it was made.
    public var time: Date
    /// The attempt it is about; nil when the daemon does not say.
    public var attempt: Int?
    /// The estimate: its source is `history`.
    public var progress: ProgressResource

    private enum CodingKeys: String, CodingKey {
        case job, time, attempt
    }

    /// Reads an event that has no id.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        job = try container.decode(Int64.self, forKey: .job)
        time = try container.decode(Date.self, forKey: .time)
        attempt = try container.decodeIfPresent(Int.self, forKey: .attempt)
        progress = try ProgressResource(from: decoder)
    }
}
