import JobAPI
import JobClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Whether the daemon's clock and this one agree: expiries and times to start at
/// are by the daemon's.
struct ClockCheck: DoctorCheck {
    func findings(_ examination: Examination) async -> [Finding] {
        // On this machine there is one clock.
        guard !examination.endpoint.isLoopback,
            case .success(let answer) = await examination.probe.ask("/health"),
            let time = answer.headers["date"].flatMap(Self.time)
        else { return [] }
        return [Self.finding(difference: time.timeIntervalSinceNow)]
    }

    /// What there is to say of so many seconds. A header has whole seconds, and an
    /// answer takes its time.
    static func finding(difference: Double) -> Finding {
        if abs(difference) < 10 {
            return Finding("clock", .ok, "the daemon's clock and this one agree")
        }
        let direction = difference > 0 ? "ahead of" : "behind"
        return Finding(
            "clock", .warning,
            "the daemon's clock is \(Quantity.duration(abs(difference))) \(direction) this one",
            advice: "set both by NTP: tokens and tickets expire, and jobs start, by the daemon's")
    }

    /// Reads `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
    static func time(_ text: String) -> Date? {
        let words = text.split(separator: " ")
        guard words.count == 6, let month = months.firstIndex(of: String(words[2])) else {
            return nil
        }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        return Date(wireTime: "\(words[3])-\(number)-\(words[1])T\(words[4])Z")
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
