/// One event of a `text/event-stream`, as the WHATWG HTML standard's §9.2.6
/// dispatches it.
public struct ServerSentEvent: Hashable, Sendable {
    /// What the `event` field said; `message` when there was none.
    public var name: String
    /// The values of the `data` fields, joined by line feeds.
    public var data: [UInt8]
    /// The last event id as of this event: its own `id`, or the newest one before
    /// it; empty when there has been none.
    public var id: String

    /// An event with these parts.
    public init(name: String = "message", data: [UInt8], id: String = "") {
        self.name = name
        self.data = data
        self.id = id
    }

    /// The data as text; what is not UTF-8 becomes U+FFFD, as the standard says.
    public var text: String { String(decoding: data, as: UTF8.self) }
}
