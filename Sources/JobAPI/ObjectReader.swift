import JobModel

/// Reads a request's JSON object field by field, and remembers all that is wrong
/// with it: a person who made two mistakes should hear of both.
struct ObjectReader {
    private let members: [String: JSONValue]
    /// What stands before a field's name in errors: `jobs[3].`
    private let prefix: String
    private var known: Set<String> = []
    private(set) var errors: [FieldError] = []

    /// How many errors are told at once.
    private static let maximumErrors = 100

    /// - Throws: `malformed_request` when the bytes are not one JSON object in
    ///   UTF-8 (RFC 8259 §8.1).
    init(_ bytes: [UInt8]) throws(JobError) {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw JobError(.malformedRequest, "The body is not UTF-8. Send JSON in UTF-8.")
        }
        let value: JSONValue
        do {
            value = try JSONParser.parse(bytes)
        } catch {
            if let name = error.duplicate {
                throw JobError(
                    .malformedRequest,
                    "The member '\(name.prefix(100))' is there twice in one object. Give it once.")
            }
            throw JobError(
                .malformedRequest,
                bytes.isEmpty
                    ? "The body is empty. Send a JSON object."
                    : "The body is not JSON. Send a JSON object.")
        }
        guard case .object(let members) = value else {
            throw JobError(.malformedRequest, "The body is \(value.kind). Send a JSON object.")
        }
        self.members = members
        prefix = ""
    }

    /// Reads an object that is within another.
    ///
    /// - Parameter path: what errors call it.
    init(_ members: [(name: String, value: JSONValue)], path: String) {
        self.init(
            Dictionary(uniqueKeysWithValues: members.map { ($0.name, $0.value) }), path: path)
    }

    /// Reads an object that is within another.
    ///
    /// - Parameter path: what errors call it.
    init(_ members: [String: JSONValue], path: String) {
        self.members = members
        prefix = "\(path)."
    }

    /// Remembers that `field` is wrong.
    mutating func reject(_ field: String, _ message: String) {
        // More help nobody, and each costs an answer more than a request.
        guard errors.count < Self.maximumErrors else { return }
        errors.append(FieldError(field: prefix + field, message: message))
    }

    /// Remembers what another reader has found, of an object within this one.
    mutating func reject(_ found: [FieldError]) {
        errors += found.prefix(max(Self.maximumErrors - errors.count, 0))
            .map { FieldError(field: prefix + $0.field, message: $0.message) }
    }

    /// The names of all fields.
    var names: [String] { members.keys.sorted() }

    /// Whether a field is there, be it as null.
    func has(_ field: String) -> Bool { members[field] != nil }

    /// The value of a field; nil when it is absent or null.
    mutating func value(_ field: String) -> JSONValue? {
        known.insert(field)
        switch members[field] {
        case nil, .null: return nil
        case .some(let value): return value
        }
    }

    /// A text without NUL, which no argument, path or environment can carry.
    mutating func string(_ field: String, maximumBytes: Int = 1 << 20) -> String? {
        guard let value = value(field) else { return nil }
        guard case .string(let text) = value else {
            reject(field, "must be a string, not \(value.kind)")
            return nil
        }
        return checked(text, field, maximumBytes: maximumBytes)
    }

    /// A flag.
    mutating func bool(_ field: String) -> Bool? {
        guard let value = value(field) else { return nil }
        guard case .bool(let flag) = value else {
            reject(field, "must be true or false, not \(value.kind)")
            return nil
        }
        return flag
    }

    /// A whole number within `range`.
    mutating func integer(_ field: String, in range: ClosedRange<Int64>) -> Int64? {
        guard let value = value(field) else { return nil }
        guard case .integer(let number) = value, range.contains(number) else {
            reject(
                field, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// A number of seconds within `range`, in microseconds.
    mutating func seconds(_ field: String, in range: ClosedRange<Double>) -> Int64? {
        guard let value = value(field) else { return nil }
        let number: Double
        switch value {
        case .integer(let integer): number = Double(integer)
        case .number(let fractional): number = fractional
        case .null, .bool, .string, .array, .object:
            reject(field, "must be a number of seconds, not \(value.kind)")
            return nil
        }
        guard range.contains(number) else {
            reject(
                field,
                "must be a number of seconds from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return Int64((number * 1_000_000).rounded())
    }

    /// A number within `range`.
    mutating func number(_ field: String, in range: ClosedRange<Double>) -> Double? {
        guard let value = value(field) else { return nil }
        let number: Double? =
            switch value {
            case .integer(let integer): Double(integer)
            case .number(let fractional): fractional
            case .null, .bool, .string, .array, .object: nil
            }
        guard let number, range.contains(number) else {
            reject(field, "must be a number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// A moment, as RFC 3339 writes it.
    mutating func timestamp(_ field: String) -> Timestamp? {
        guard let text = string(field, maximumBytes: 64) else { return nil }
        guard let time = Timestamp(rfc3339: text) else {
            reject(field, "must be a time such as 2026-11-22T09:00:00Z (RFC 3339)")
            return nil
        }
        return time
    }

    /// One of a few words.
    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ field: String, of type: Choice.Type
    ) -> Choice? where Choice.RawValue == String {
        guard let text = string(field, maximumBytes: 64) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            reject(
                field,
                "must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
            return nil
        }
        return choice
    }

    /// The elements of an array.
    mutating func array(_ field: String, atMost count: Int) -> [JSONValue]? {
        guard let value = value(field) else { return nil }
        guard case .array(let elements) = value else {
            reject(field, "must be an array, not \(value.kind)")
            return nil
        }
        guard elements.count <= count else {
            reject(field, "must not have more than \(count) elements")
            return nil
        }
        return elements
    }

    /// An object's members, by name.
    mutating func object(_ field: String) -> [(name: String, value: JSONValue)]? {
        guard let value = value(field) else { return nil }
        guard case .object(let members) = value else {
            reject(field, "must be an object, not \(value.kind)")
            return nil
        }
        return members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// An object whose members are texts.
    mutating func strings(_ field: String) -> [String: String]? {
        guard let value = value(field) else { return nil }
        guard case .object(let members) = value else {
            reject(field, "must be an object of strings, not \(value.kind)")
            return nil
        }
        var strings: [String: String] = [:]
        for (name, member) in members.sorted(by: { $0.key < $1.key }) {
            let path = "\(field).\(name)"
            guard case .string(let text) = member else {
                reject(path, "must be a string, not \(member.kind)")
                continue
            }
            if let text = checked(text, path, maximumBytes: 1 << 20) { strings[name] = text }
        }
        return strings
    }

    /// Remembers the fields nobody asked for.
    mutating func rejectUnknown() {
        rejectOthers("is not a field that jobd knows: check its spelling")
    }

    /// Remembers the fields nobody asked for, for a reason, and that they are known
    /// now.
    mutating func rejectOthers(_ message: String) {
        for field in names where !known.contains(field) {
            reject(field, message)
            known.insert(field)
        }
    }

    /// - Throws: `invalid_spec` with everything that was rejected, the fields
    ///   nobody asked for among them.
    mutating func finish() throws(JobError) {
        rejectUnknown()
        guard errors.isEmpty else {
            let fields = errors.map { "\($0.field) \($0.message)" }.joined(separator: "; ")
            throw JobError(.invalidSpec, "Not accepted: \(fields).", fields: errors)
        }
    }

    /// `text`, unless it is too long or holds a NUL.
    mutating func checked(_ text: String, _ field: String, maximumBytes: Int) -> String? {
        // What stands for a byte takes four here.
        if text.utf8.count > maximumBytes, RawText.bytes(text).count > maximumBytes {
            reject(field, "must not be longer than \(maximumBytes) bytes")
            return nil
        }
        if text.utf8.contains(0) {
            reject(field, "must not contain a NUL character")
            return nil
        }
        return text
    }
}
