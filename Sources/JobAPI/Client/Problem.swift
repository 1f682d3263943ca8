/// What the daemon answers in place of what was asked for (RFC 9457).
public struct Problem: WireResource, Hashable, Error {
    /// The status code of the response.
    public var status: Int
    /// A short summary of the kind of problem.
    public var title: String
    /// What is wrong this time, in a sentence.
    public var detail: String?
    /// A stable word for programs: `job_not_found`, `invalid_spec`, …; nil when
    /// it was not the daemon that answered, but something between.
    public var code: String?
    /// What is wrong with which field, all of it at once.
    public var errors: [FieldProblem]
    /// How long to wait before asking again, in seconds, if the response said so
    /// (`Retry-After`); it is no part of the document.
    public var retryAfterSeconds: Int?

    /// What is wrong with one field of a request.
    public struct FieldProblem: WireResource, Hashable {
        /// The field's name.
        public var field: String
        /// What is wrong with it.
        public var message: String
    }

    /// Whether it was not the daemon that answered, but something between: a proxy
    /// that has lost it, or does not lead to it at the moment.
    public var isForeign: Bool { code == nil }

    private enum CodingKeys: String, CodingKey {
        case status, title, detail, code, errors
    }

    /// A problem that came without a document.
    public init(status: Int, title: String, detail: String? = nil, code: String? = nil) {
        self.status = status
        self.title = title
        self.detail = detail
        self.code = code
        errors = []
    }

    /// Reads an `application/problem+json` document, all of whose members RFC
    /// 9457 §3.1 leaves optional.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        status = try container.decodeIfPresent(Int.self, forKey: .status) ?? 0
        title = try container.decodeIfPresent(String.self, forKey: .title) ?? ""
        detail = try container.decodeIfPresent(String.self, forKey: .detail)
        code = try container.decodeIfPresent(String.self, forKey: .code)
        errors = try container.decodeIfPresent([FieldProblem].self, forKey: .errors) ?? []
    }
}

extension Problem: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        let summary = detail ?? title
        // The sentence may have said it all.
        let fields = errors.filter { !summary.contains("\($0.field) \($0.message)") }
            .map { "\($0.field): \($0.message)" }.joined(separator: "; ")
        if fields.isEmpty { return summary.isEmpty ? "status \(status)" : summary }
        return summary.isEmpty ? fields : "\(summary) (\(fields))"
    }
}
