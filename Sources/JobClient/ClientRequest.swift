/// A request, before it is known which way it goes.
struct ClientRequest: Sendable {
    var method = "GET"
    /// The path and query.
    var target: String
    var accept = "application/json"
    var headers: [(String, String)] = []
    /// A JSON document.
    var body: [UInt8]?
}
