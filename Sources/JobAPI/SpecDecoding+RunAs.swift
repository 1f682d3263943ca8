import JobModel

extension RunAs {
    /// The field `run_as`: `"media"`, `"media:video"`, or an object; nil when it is
    /// absent or wrong.
    static func read(_ outer: inout ObjectReader) -> RunAs? {
        switch outer.value("run_as") {
        case nil: return nil
        case .string(let text):
            guard let user = RunAs(text) else {
                outer.reject("run_as", "must be USER or USER:GROUP")
                return nil
            }
            return user
        case .object(let members):
            var reader = ObjectReader(members, path: "run_as")
            let user = reader.string("user", maximumBytes: 255)
            let group = reader.string("group", maximumBytes: 255)
            if user == nil, !reader.has("user") { reader.reject("user", "is required") }
            if user?.isEmpty == true { reader.reject("user", "must not be empty") }
            if group?.isEmpty == true { reader.reject("group", "must not be empty") }
            reader.rejectUnknown()
            outer.reject(reader.errors)
            return user.map { RunAs(user: $0, group: group) }
        case .some(let other):
            outer.reject("run_as", "must be USER or USER:GROUP, not \(other.kind)")
            return nil
        }
    }
}
