import Hummingbird

/// The description of the API for programs (spec.openapis.org/oas/v3.1.0).
struct OpenAPIRoutes: Sendable {
    private static let document = EmbeddedFile(
        PackageResources.openapi_json, "application/json")

    func add(to router: Router<JobRequestContext>) {
        router.endpoint(
            "/openapi.json",
            [
                .get: { request, _ in
                    Self.document.response(to: request)
                }
            ])
    }
}
