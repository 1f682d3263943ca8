#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

public import JobAPI

/// What is to be changed about a job that has not started; what is nil stays as
/// it is.
public struct JobUpdate: WireRequest, Hashable {
    /// Of several eligible jobs of a queue the one with the highest starts first.
    public var priority: Int?
    /// The queue it is to go through.
    public var queue: String?
    /// When it may start.
    public var start: Start?
    /// Labels by name, in place of all that it has.
    public var labels: [String: String]?

    /// When a job may start.
    public enum Start: Hashable, Sendable {
        /// Not before this time.
        case notBefore(Date)
        /// At any time.
        case anyTime
    }

    /// A change of these.
    public init(
        priority: Int? = nil, queue: String? = nil, start: Start? = nil,
        labels: [String: String]? = nil
    ) {
        self.priority = priority
        self.queue = queue
        self.start = start
        self.labels = labels
    }

    /// Whether it changes nothing.
    public var isEmpty: Bool { self == JobUpdate() }

    private enum CodingKeys: String, CodingKey {
        case priority, queue, labels
        case notBefore = "not_before"
    }

    /// Writes what is to be changed; null takes a time away.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(priority, forKey: .priority)
        try container.encodeIfPresent(queue, forKey: .queue)
        switch start {
        case .none: break
        case .notBefore(let time): try container.encode(time, forKey: .notBefore)
        case .anyTime: try container.encodeNil(forKey: .notBefore)
        }
        try container.encodeIfPresent(labels, forKey: .labels)
    }
}
