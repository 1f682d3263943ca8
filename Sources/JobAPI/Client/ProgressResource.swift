#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// How far a job is: one reading.
public struct ProgressResource: WireResource, Hashable {
    /// 0…1, or nil when it is not known. It may fall when a command starts a new
    /// phase.
    public var fraction: Double?
    /// How many units are done.
    public var done: Double?
    /// Of how many.
    public var total: Double?
    /// What is counted: `bytes`, `files`, …
    public var unit: String?
    /// What the command says it is doing.
    public var message: String?
    /// Units a second; fractions of the whole a second when nothing is counted.
    public var rate: Double?
    /// Seconds until the end.
    public var etaSeconds: Double?
    /// What the reading was taken from.
    public var source: String?
    /// When it was taken.
    public var time: Date?

    private enum CodingKeys: String, CodingKey {
        case fraction, done, total, unit, message, rate
        case etaSeconds = "eta_seconds"
        case source, time
    }

    /// A reading.
    public init(
        fraction: Double? = nil, done: Double? = nil, total: Double? = nil, unit: String? = nil,
        message: String? = nil, rate: Double? = nil, etaSeconds: Double? = nil,
        source: String? = nil, time: Date? = nil
    ) {
        self.fraction = fraction
        self.done = done
        self.total = total
        self.unit = unit
        self.message = message
        self.rate = rate
        self.etaSeconds = etaSeconds
        self.source = source
        self.time = time
    }
}
