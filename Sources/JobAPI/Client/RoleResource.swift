/// What somebody may do. A daemon may know more than these.
public struct RoleResource: RawRepresentable, Hashable, Sendable, Codable {
    /// As it is written on the wire.
    public var rawValue: String

    /// A role of this name.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// See all jobs.
    public static let read = RoleResource(rawValue: "read")
    /// Submit jobs, and see and control these.
    public static let submit = RoleResource(rawValue: "submit")
    /// Everything.
    public static let admin = RoleResource(rawValue: "admin")
}
