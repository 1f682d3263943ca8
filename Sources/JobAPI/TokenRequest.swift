package import JobModel

extension TokenGrant {
    /// What `POST /tokens` carries.
    ///
    /// - Parameter now: what `expires_seconds` counts from.
    /// - Throws: `malformed_request` or `invalid_spec`.
    package init(json: [UInt8], now: Timestamp) throws(JobError) {
        var reader = try ObjectReader(json)
        let name = Self.name(&reader)
        let role = reader.choice("role", of: Role.self)
        if role == nil, !reader.has("role") {
            reader.reject("role", "is required: read, submit or admin")
        }
        let definitions = Self.definitions(&reader)
        if definitions != nil, role == .admin {
            reader.reject("definitions", "cannot limit an admin's token: give it the role submit")
        }
        let lifetime = reader.seconds("expires_seconds", in: 1...3_155_760_000)
        var expiresAt = reader.timestamp("expires_at")
        if let time = expiresAt, time <= now { reader.reject("expires_at", "must lie ahead") }
        if let lifetime {
            if expiresAt != nil {
                reader.reject("expires_at", "cannot be given together with expires_seconds")
            }
            expiresAt = now + lifetime
        }
        try reader.finish()
        self.init(
            name: name ?? "", role: role ?? .read, definitions: definitions, expiresAt: expiresAt)
    }

    private static func name(_ reader: inout ObjectReader) -> String? {
        guard let name = reader.string("name", maximumBytes: 1 << 10) else {
            if !reader.errors.contains(where: { $0.field == "name" }) {
                reader.reject("name", "is required: what the token is called")
            }
            return nil
        }
        if !isName(name) {
            reader.reject("name", "must be 1 to 64 letters, digits, '.', '_' and '-'")
        } else if name == first.name {
            reader.reject("name", "must not be 'first': jobd gives that name to its own token")
        }
        return name
    }

    private static func definitions(_ reader: inout ObjectReader) -> Set<String>? {
        guard let elements = reader.array("definitions", atMost: 1000) else { return nil }
        var names: Set<String> = []
        for element in elements {
            guard case .string(let name) = element, isName(name) else {
                reader.reject("definitions", "must hold names of definitions")
                return names
            }
            names.insert(name)
        }
        if names.isEmpty {
            reader.reject("definitions", "must hold at least one name; leave it out for all")
        }
        return names
    }

    private static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch UnicodeScalar(byte) {
                case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-": true
                default: false
                }
            }
    }
}
