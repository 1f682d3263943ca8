/// Which jobs a listing, or the events of which jobs a stream, is to have.
public struct JobQuery: Hashable, Sendable {
    /// Only these states: one, or several separated by commas.
    public var state: String?
    /// Only this queue.
    public var queue: String?
    /// Only jobs with all of these labels.
    public var labels: [String: String]
    /// Only jobs that this one submitted: `user:1000`, `token:ci`.
    public var owner: String?
    /// Only this name.
    public var name: String?
    /// Only jobs with this text in their name or command.
    public var text: String?
    /// How many a page has.
    public var limit: Int?
    /// Only jobs submitted before this one.
    public var before: Int64?

    /// The most that a page may have.
    public static let maximumLimit = 1000

    /// All jobs.
    public init(
        state: String? = nil, queue: String? = nil, labels: [String: String] = [:],
        owner: String? = nil, name: String? = nil, text: String? = nil, limit: Int? = nil,
        before: Int64? = nil
    ) {
        self.state = state
        self.queue = queue
        self.labels = labels
        self.owner = owner
        self.name = name
        self.text = text
        self.limit = limit
        self.before = before
    }

    /// As a URL's query has it.
    var items: [(String, String)] {
        var items: [(String, String)] = []
        if let state { items.append(("state", state)) }
        if let queue { items.append(("queue", queue)) }
        for (name, value) in labels.sorted(by: { $0.key < $1.key }) {
            items.append(("label", "\(name)=\(value)"))
        }
        if let owner { items.append(("owner", owner)) }
        if let name { items.append(("name", name)) }
        if let text { items.append(("q", text)) }
        if let limit { items.append(("limit", String(limit))) }
        if let before { items.append(("before", String(before))) }
        return items
    }
}
