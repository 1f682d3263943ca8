import Glibc
import Synchronization

/// The time of a response, as RFC 9110 §5.6.7 writes it; made once a second.
enum HTTPDate {
    private static let cached = Mutex<(second: time_t, text: String)>((0, ""))

    /// `Sun, 22 Nov 2026 08:15:30 GMT`
    static func now() -> String {
        let second = time(nil)
        return cached.withLock { cached in
            if cached.second != second { cached = (second, format(second)) }
            return cached.text
        }
    }

    static func format(_ second: time_t) -> String {
        var second = second
        var parts = tm()
        gmtime_r(&second, &parts)
        var text = [CChar](repeating: 0, count: 64)
        // The program sets no locale, so the names are the C locale's English ones.
        let length = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
        return String(decoding: text[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
