import HTTPTypes
import Hummingbird
import JobModel
import Logging
import NIOCore

/// Turns whatever a route throws into a problem body: the one place where an
/// error becomes an answer, and where an unexpected one is logged.
struct ProblemMiddleware: RouterMiddleware {
    let denials: Denials

    func handle(
        _ request: Request, context: JobRequestContext,
        next: @concurrent (Request, JobRequestContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        var reason: String?
        do {
            response = try await next(request, context)
        } catch let error as JobError {
            response = .problem(error)
            reason = error.message
        } catch let refusal as AccessRefusal {
            response = .problem(refusal.error, headers: refusal.headers)
            reason = refusal.error.message
        } catch is NIOTooManyBytesError {
            response = .problem(
                JobError(.payloadTooLarge, "The body is longer than 1 MiB. Send less."))
        } catch let error as HTTPError where error.status == .notFound {
            response = .problem(
                JobError(.notFound, "There is nothing at \(request.uri.path)."))
        } catch let error as HTTPError where error.status == .contentTooLarge {
            response = .problem(
                JobError(.payloadTooLarge, "The body is longer than 1 MiB. Send less."))
        } catch {
            context.logger.error(
                "Request failed",
                metadata: [
                    "method": "\(request.method)", "path": "\(request.uri.path)",
                    "error": "\(error)",
                ])
            response = .problem(
                JobError(.internalError, "jobd failed on this request; its log says why."))
        }
        denials.note(response.status, reason, request, context)
        // A browser must not guess that a job's output is a page of ours.
        response.headers[.xContentTypeOptions] = "nosniff"
        return response
    }
}
