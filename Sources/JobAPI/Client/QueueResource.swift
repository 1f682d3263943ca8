/// A queue, and what is in it.
public struct QueueResource: WireResource, Hashable {
    /// What it is called.
    public var name: String
    /// How many attempts of its jobs run at once.
    public var slots: Int
    /// Whether nothing of it is started.
    public var isPaused: Bool
    /// What its jobs share, by name.
    public var resources: [String: Amount]
    /// What its jobs have of that now.
    public var inUse: [String: Amount]
    /// How many of its jobs hold a slot, paused ones among them.
    public var running: Int
    /// How many are eligible, and wait for a slot.
    public var queued: Int
    /// How many are not eligible yet.
    public var waiting: Int

    /// How much there is of a resource.
    public enum Amount: Hashable, Sendable, Codable {
        /// So much of something that is only counted.
        case count(Int64)
        /// These, each of which one job has at a time.
        case names([String])

        /// Reads a number or an array.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            // Tried in turn: JSON has no other way to tell which one it is.
            if let count = try? container.decode(Int64.self) {
                self = .count(count)
            } else {
                self = .names(try container.decode([String].self))
            }
        }

        /// Writes a number or an array.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .count(let count): try container.encode(count)
            case .names(let names): try container.encode(names)
            }
        }

        /// How many there are.
        public var total: Int64 {
            switch self {
            case .count(let count): count
            case .names(let names): Int64(names.count)
            }
        }
    }

    private enum CodingKeys: String, CodingKey {
        case name, slots
        case isPaused = "paused"
        case resources
        case inUse = "in_use"
        case running, queued, waiting
    }
}
