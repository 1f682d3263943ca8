import HTTPTypes
import JobAPI

/// The cookie by which a browser stays signed in.
enum SessionCookie {
    private static let name = "jobd_session"

    /// Its value in a request (RFC 6265 §5.4); nil when there is none.
    static func value(in headers: HTTPFields) -> String? {
        for field in headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, parts[0].trimmingSpaces == name else { continue }
                return parts[1].trimmingSpaces
            }
        }
        return nil
    }

    /// What sets it. No script can read it, and no other site's page has it sent.
    static func setting(_ value: String, for client: ClientView) -> String {
        "\(name)=\(value); HttpOnly; SameSite=Strict; Path=\(Link.base.isEmpty ? "/" : Link.base)"
            + (client.scheme == "https" ? "; Secure" : "")
    }

    /// What removes it.
    static func removing(for client: ClientView) -> String {
        setting("", for: client) + "; Max-Age=0"
    }
}
