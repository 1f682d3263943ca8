import HTTPTypes
import Hummingbird
import JobModel

/// The dashboard: a page, its style and its scripts. They hold no data, so they are
/// open to everybody; the page asks for what it shows by the API.
struct DashboardRoutes: Sendable {
    private static let page = EmbeddedFile(
        PackageResources.index_html, "text/html; charset=utf-8")
    private static let style = EmbeddedFile(
        PackageResources.dashboard_css, "text/css; charset=utf-8")
    private static let script = EmbeddedFile(PackageResources.dashboard_js, scriptType)
    /// What the script imports.
    private static let modules: [String: EmbeddedFile] = [
        "api.js": PackageResources.api_js,
        "feed.js": PackageResources.feed_js,
        "job.js": PackageResources.job_js,
        "jobs.js": PackageResources.jobs_js,
        "output.js": PackageResources.output_js,
        "parts.js": PackageResources.parts_js,
        "queues.js": PackageResources.queues_js,
        "session.js": PackageResources.session_js,
        "submit.js": PackageResources.submit_js,
        "terminal.js": PackageResources.terminal_js,
        "text.js": PackageResources.text_js,
    ].mapValues { EmbeddedFile($0, scriptType) }
    private static let scriptType = "text/javascript; charset=utf-8"

    /// Every path of it, for nothing else is open.
    static let paths: Set<String> = Set(
        ["/", "/dashboard.css", "/dashboard.js"] + modules.keys.map { "/dashboard/\($0)" })

    func add(to router: Router<JobRequestContext>) {
        router.endpoint("/", [.get: Self.serve(Self.page)])
        router.endpoint("/dashboard.css", [.get: Self.serve(Self.style)])
        router.endpoint("/dashboard.js", [.get: Self.serve(Self.script)])
        router.endpoint("/dashboard/{file}", [.get: Self.module])
    }

    private static func serve(
        _ file: EmbeddedFile
    ) -> Router<JobRequestContext>.Handler {
        { request, _ in file.response(to: request, headers: headers) }
    }

    @Sendable private static func module(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        guard let file = context.parameters.get("file").flatMap({ modules[$0] }) else {
            throw JobError(.notFound, "There is nothing at \(request.uri.path).")
        }
        return file.response(to: request, headers: headers)
    }

    /// Even if text of a job came to be taken for markup, nothing in it would run or
    /// load anything, and no other site's page can hold this one in a frame
    /// (w3.org/TR/CSP3, html.spec.whatwg.org §7.1.3).
    private static let headers: HTTPFields = {
        var fields: HTTPFields = [
            .contentSecurityPolicy: """
            default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
            img-src 'self' data:; base-uri 'none'; form-action 'self'; \
            frame-ancestors 'none'
            """
        ]
        for (name, value) in [
            ("X-Frame-Options", "DENY"), ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ] {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        return fields
    }()
}
