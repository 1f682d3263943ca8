import HTTPTypes
import Hummingbird
import JobAPI
import JobModel

/// What a client of a stream asks for.
struct StreamRequest {
    /// How the answer is written.
    enum Form: Hashable {
        case stream(EventEncoding)
        /// One page, and no stream.
        case page
    }

    let form: Form
    /// What it has received so far; nil when it says nothing of that.
    let cursor: EventID?

    /// - Throws: `malformed_request` for a `Last-Event-ID` that is no number,
    ///   `invalid_parameter`.
    init(_ request: Request) throws(JobError) {
        let query = QueryParameters(request)
        form = try Self.form(request, query)
        if let header = request.headers[.lastEventID], !header.isEmpty {
            guard let number = Int64(header), number >= 0 else {
                throw JobError(
                    .malformedRequest,
                    "Last-Event-ID must be the number of an event, not '\(header)'.")
            }
            cursor = EventID(rawValue: number)
        } else {
            cursor = try query.integer("after", in: 0...Int64.max).map(EventID.init(rawValue:))
        }
    }

    private enum Format: String, CaseIterable {
        case json, text
    }

    private static func form(
        _ request: Request, _ query: QueryParameters
    ) throws(JobError) -> Form {
        let accept = request.headers[.accept]?.lowercased() ?? ""
        let format = try query.choice("format", of: Format.self)
        if accept.contains("text/event-stream") || accept.isEmpty {
            return .stream(format == .text ? .text : .serverSentEvents)
        }
        if accept.contains("application/x-ndjson") { return .stream(.jsonLines) }
        if accept.contains("application/json") { return .page }
        return .stream(format == .text ? .text : .serverSentEvents)
    }
}
