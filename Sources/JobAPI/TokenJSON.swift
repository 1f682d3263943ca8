package import JobModel

extension JSONWriter {
    /// A token as it is listed; with `secret` as it is handed out, the only time
    /// that it is shown.
    package mutating func value(_ token: AccessToken, secret: String? = nil) {
        object { json in
            json.member("id", token.id.rawValue)
            json.member("name", token.grant.name)
            json.member("role", token.grant.role.rawValue)
            json.member(definitions: token.grant.definitions)
            json.member("created_at", token.createdAt.rfc3339)
            json.member("expires_at", token.grant.expiresAt?.rfc3339)
            json.member("last_used_at", token.lastUsedAt?.rfc3339)
            if let secret { json.member("token", secret) }
        }
    }

    /// Who somebody is, and until when.
    package mutating func value(_ principal: Principal, until expiresAt: Timestamp?) {
        object { json in
            json.member("identity", principal.identity.rawValue)
            json.member("role", principal.role.rawValue)
            json.member(definitions: principal.definitions)
            json.member("expires_at", expiresAt?.rfc3339)
        }
    }

    private mutating func member(definitions: Set<String>?) {
        key("definitions")
        guard let definitions else { return null() }
        array { for name in definitions.sorted() { $0.value(name) } }
    }
}
