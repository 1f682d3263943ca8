import HTTPTypes
import Hummingbird

/// What is served to everybody, because it tells nothing and does nothing. All
/// else needs a principal, what does not exist included.
enum OpenPaths {
    private static let table: [String: Set<HTTPRequest.Method>] = [
        "/health": [.get, .head],
        // It carries the token in its body, or takes the cookie away.
        "/session": [.post, .delete],
    ]

    /// The comparison is with the path as it was sent: whatever else a router may
    /// take for the same is not open.
    static func contains(_ request: Request) -> Bool {
        // The dashboard asks for a token itself.
        if DashboardRoutes.paths.contains(request.uri.path) {
            return [.get, .head].contains(request.method)
        }
        return table[request.uri.path]?.contains(request.method) ?? false
    }
}
