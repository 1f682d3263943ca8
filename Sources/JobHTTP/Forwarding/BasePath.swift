import HTTPTypes

/// Where the API is under its host, when a proxy serves other things beside it:
/// `/jobd`.
package struct BasePath: Hashable, Sendable {
    /// Empty, or a slash and more, without one at the end.
    package let prefix: String

    /// At the root.
    package init() {
        prefix = ""
    }

    /// Reads `/jobd`, `/jobd/` or `jobd`; nil when it could not be the beginning
    /// of a path.
    package init?(_ text: String) {
        let segments = text.split(separator: "/")
        let isPlain = segments.allSatisfy { segment in
            segment != "." && segment != ".."
                && segment.utf8.allSatisfy {
                    switch $0 {
                    case UInt8(ascii: "0")...UInt8(ascii: "9"),
                        UInt8(ascii: "a")...UInt8(ascii: "z"),
                        UInt8(ascii: "A")...UInt8(ascii: "Z"):
                        true
                    default: "-._~".utf8.contains($0)
                    }
                }
        }
        guard isPlain else { return nil }
        prefix = segments.map { "/\($0)" }.joined()
    }

    /// Where a request for the prefix alone is sent: the addresses in the page that
    /// is there are relative to a folder.
    func redirect(_ request: HTTPRequest) -> String? {
        request.path == prefix && request.method == .get ? "\(prefix)/" : nil
    }

    /// The path of a request as the routes know it: without the prefix, whether
    /// the proxy has left it there or not.
    func strip(_ path: String) -> String {
        guard !prefix.isEmpty, path.hasPrefix(prefix) else { return path }
        let rest = path.dropFirst(prefix.count)
        if rest.hasPrefix("/") { return String(rest) }
        return rest.isEmpty || rest.hasPrefix("?") ? "/\(rest)" : path
    }
}
