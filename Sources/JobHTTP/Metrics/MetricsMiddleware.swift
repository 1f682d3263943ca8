import Hummingbird

/// Counts each request by what became of it: the outermost, since an error is an
/// answer only when `ProblemMiddleware` has made it one.
struct MetricsMiddleware: RouterMiddleware {
    let requests: RequestMetrics

    func handle(
        _ request: Request, context: JobRequestContext,
        next: @concurrent (Request, JobRequestContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let duration = (ContinuousClock.now - start).components
        requests.add(
            request.method, route: context.endpointPath, status: response.status.code,
            seconds: Double(duration.seconds) + Double(duration.attoseconds) / 1e18)
        return response
    }
}
