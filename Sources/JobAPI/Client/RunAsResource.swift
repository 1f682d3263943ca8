/// As whom a job's attempts run.
public struct RunAsResource: WireResource, Codable, Hashable {
    /// A name of a user of the daemon's machine.
    public var user: String
    /// A name of a group; nil: the user's own.
    public var group: String?

    /// A user, with its own group if none is named.
    public init(user: String, group: String? = nil) {
        self.user = user
        self.group = group
    }
}
