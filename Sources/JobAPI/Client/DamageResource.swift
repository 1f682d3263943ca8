/// That the rest of an attempt's output cannot be read.
public struct DamageResource: WireResource, Hashable {
    /// The attempt's number.
    public var attempt: Int
    /// The daemon's words for it.
    public var message: String
}
