package import JobModel

extension QueueChange {
    /// What `PUT /queues/{name}` carries.
    ///
    /// - Throws: `malformed_request` or `invalid_spec`.
    package init(json: [UInt8]) throws(JobError) {
        var reader = try ObjectReader(json)
        var change = QueueChange(
            slots: reader.integer("slots", in: 0...100_000).map { Int($0) },
            isPaused: reader.bool("paused"))
        if let members = reader.object("resources") {
            change.resources = Self.resources(members, &reader)
        }
        try reader.finish()
        self = change
    }

    private static func resources(
        _ members: [(name: String, value: JSONValue)], _ reader: inout ObjectReader
    ) -> [String: Resource] {
        var resources: [String: Resource] = [:]
        var variables: Set<String> = []
        for (name, value) in members {
            let path = "resources.\(name)"
            if !variables.insert(name.uppercased()).inserted {
                reader.reject(
                    path,
                    "must differ from the others by more than upper and lower case: a "
                        + "variable is named after it")
            }
            if !isResourceName(name) {
                reader.reject(
                    path,
                    "must be named by 1 to 64 letters, digits and '_', not beginning "
                        + "with a digit: a variable is named after it")
            }
            switch value {
            case .integer(let count) where (0...1_000_000_000_000).contains(count):
                resources[name] = .count(count)
            case .array(let elements):
                var names: [String] = []
                for element in elements {
                    guard case .string(let text) = element, isShareName(text),
                        !names.contains(text), names.count < 10_000
                    else {
                        reader.reject(
                            path,
                            "must hold different names without commas and spaces, "
                                + "such as [\"0\", \"1\"]")
                        break
                    }
                    names.append(text)
                }
                resources[name] = .names(names)
            case .null, .bool, .integer, .number, .string, .object:
                reader.reject(path, "must be a number, or an array of names")
            }
        }
        return resources
    }

    /// It becomes part of a variable's name: POSIX.1-2017 §8.1.
    private static func isResourceName(_ name: String) -> Bool {
        let bytes = name.utf8
        guard let first = bytes.first, !(48...57).contains(first), bytes.count <= 64 else {
            return false
        }
        return bytes.allSatisfy { byte in
            switch UnicodeScalar(byte) {
            case "a"..."z", "A"..."Z", "0"..."9", "_": true
            default: false
            }
        }
    }

    /// Names are joined by commas in a variable.
    private static func isShareName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 64
            && name.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f && $0 != UInt8(ascii: ",") }
    }
}

extension Queue {
    /// - Throws: `invalid_parameter` when a queue cannot be called that.
    package static func checkName(_ name: String) throws(JobError) {
        let isName =
            (1...64).contains(name.utf8.count) && !name.hasPrefix(".") && !name.hasPrefix("-")
            && name.utf8.allSatisfy { byte in
                switch UnicodeScalar(byte) {
                case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-": true
                default: false
                }
            }
        guard isName else {
            throw JobError(
                .invalidParameter,
                "A queue's name is 1 to 64 letters, digits, '.', '_' and '-', and does not "
                    + "begin with '.' or '-'.")
        }
    }
}
