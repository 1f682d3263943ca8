/// A request, before it is known which way it goes.
struct ClientRequest: Sendable {
    var method = "GET"
    /// The path and query.
    var target: String
    var accept = "application/json"
    var headers: [(String, String)] = []
    /// What the body is. JSON for every write without a body, too, so that no
    /// other site's form can be one.
    var contentType = "application/json"
    /// The body.
    var body: [UInt8]?
}
