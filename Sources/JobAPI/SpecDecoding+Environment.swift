import JobModel

/// What a job finds in its environment beside what the daemon gives to all.
extension JobSpec {
    /// `env`: variables that anybody may know who may see the job's output.
    static func environment(_ reader: inout ObjectReader) -> [String: String] {
        variables("env", &reader)
    }

    /// `secret_env`: variables that only the command is to know.
    ///
    /// - Parameter environment: what `env` says; no name may be in both.
    static func secretEnvironment(
        _ reader: inout ObjectReader, beside environment: [String: String]
    ) -> [String: Secret] {
        let variables = variables("secret_env", &reader)
        var bytes = 0
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) {
            if environment[name] != nil {
                reader.reject("secret_env.\(name)", "is in 'env' too: give it once")
            }
            if let reason = Secret.refusal(of: value) {
                reader.reject("secret_env.\(name)", reason)
            }
            bytes += name.utf8.count + value.utf8.count
        }
        if bytes > Secret.maximumBytes {
            reader.reject(
                "secret_env",
                "must not have more than \(Secret.maximumBytes) bytes, names and values together")
        }
        return variables.mapValues(Secret.value)
    }

    private static func variables(
        _ field: String, _ reader: inout ObjectReader
    ) -> [String: String] {
        var variables: [String: String] = [:]
        for (name, value) in reader.object(field) ?? [] {
            let value = reader.raw(value, "\(field).\(name)", maximumBytes: 1 << 20)
            if let value { variables[name] = value }
        }
        for name in variables.keys.sorted() {
            if name.isEmpty || name.contains("=") || name.utf8.contains(0) {
                reader.reject(field, "names must not be empty or contain '='")
            } else if reserved.contains(name) {
                reader.reject("\(field).\(name)", "is set by jobd and cannot be given")
            }
        }
        return variables
    }

    /// What jobd tells every job itself.
    private static let reserved: Set<String> = ["JOBD_JOB_ID", "JOBD_ATTEMPT", "JOBD_PROGRESS"]
}
