import HTTPTypes
import Hummingbird
import JobModel

extension Router where Context == JobRequestContext {
    typealias Handler = @Sendable (Request, JobRequestContext) async throws -> Response

    /// Serves a path by method: HEAD wherever there is GET, and for every method
    /// that is not served 405 with what is (RFC 9110 §15.5.6).
    func endpoint(_ path: RouterPath, _ handlers: [HTTPRequest.Method: Handler]) {
        var methods = Array(handlers.keys)
        for (method, handler) in handlers {
            on(path, method: method, use: handler)
        }
        if let get = handlers[.get] {
            methods.append(.head)
            on(path, method: .head) { request, context in
                let response = try await get(request, context)
                var head = response.createHeadResponse()
                // A stream has no length that could be told (RFC 9110 §8.6).
                if response.body.contentLength == nil { head.headers[.contentLength] = nil }
                return head
            }
        }
        let allow = methods.map(\.rawValue).sorted().joined(separator: ", ")
        let others: [HTTPRequest.Method] = [
            .get, .head, .post, .put, .patch, .delete, .options, .trace,
        ]
        for method in others where !methods.contains(method) {
            on(path, method: method) { request, _ in
                Response.problem(
                    JobError(
                        .methodNotAllowed,
                        "\(request.uri.path) does not take \(method.rawValue), only \(allow)."),
                    headers: [.allow: allow])
            }
        }
    }
}
