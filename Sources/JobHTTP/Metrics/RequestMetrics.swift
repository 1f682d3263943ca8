import HTTPTypes
import Synchronization

/// Counts requests and connections since the daemon started.
final class RequestMetrics: Sendable {
    /// What is counted together: never more than there are routes and methods,
    /// whatever is asked for.
    private struct Key: Hashable {
        let method: String
        let route: String
    }

    private struct Figures {
        /// By the first digit of the status, from 1.
        var statuses = [Int](repeating: 0, count: 5)
        /// How many took no longer than each bound but longer than the one before.
        var durations = [Int](repeating: 0, count: bounds.count + 1)
        /// Of all durations, in seconds.
        var sum = 0.0
    }

    /// Seconds: what a durable write takes, what a person notices, what is slow.
    private static let bounds = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5]
    /// What the router serves or refuses by name; any other word is somebody's
    /// invention.
    private static let methods: Set<HTTPRequest.Method> = [
        .get, .head, .post, .put, .patch, .delete, .options, .trace,
    ]

    private let figures = Mutex<[Key: Figures]>([:])
    private let connections = Mutex((open: 0, accepted: 0))

    /// Counts a request that was answered.
    ///
    /// - Parameters:
    ///   - route: the route's template; nil when there is none.
    ///   - seconds: until the answer began.
    func add(_ method: HTTPRequest.Method, route: String?, status: Int, seconds: Double) {
        let key = Key(
            method: Self.methods.contains(method) ? method.rawValue : "other",
            route: route.flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "none")
        let place = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
        let family = min(max(status / 100, 1), 5) - 1
        figures.withLock {
            $0[key, default: Figures()].statuses[family] += 1
            $0[key, default: Figures()].durations[place] += 1
            $0[key, default: Figures()].sum += seconds
        }
    }

    /// Counts a connection for as long as `body` serves it.
    func connection(_ body: () async -> Void) async {
        connections.withLock {
            $0.open += 1
            $0.accepted += 1
        }
        await body()
        connections.withLock { $0.open -= 1 }
    }

    /// Writes all of it.
    func write(to text: inout MetricsText) {
        let (open, accepted) = connections.withLock { $0 }
        text.only("jobd_connections_open", .gauge, "Connections that are open.", open)
        text.only(
            "jobd_connections_total", .counter, "Connections that were accepted.", accepted)
        let figures = self.figures.withLock { $0 }.sorted {
            ($0.key.route, $0.key.method) < ($1.key.route, $1.key.method)
        }
        text.family(
            "jobd_http_requests_total", .counter,
            "Requests that were answered, by route and by the first digit of the status.")
        for (key, figures) in figures {
            for (index, count) in figures.statuses.enumerated() where count > 0 {
                text.sample(count, Self.labels(key) + [("status", "\(index + 1)xx")])
            }
        }
        text.family(
            "jobd_http_request_duration_seconds", .histogram,
            "Time until the answer began, which for a stream is long before its end.")
        for (key, figures) in figures {
            var count = 0
            for (index, more) in figures.durations.enumerated() {
                count += more
                let bound = index < Self.bounds.count ? Self.bounds[index] : .infinity
                text.sample(
                    count, Self.labels(key) + [("le", MetricsText.number(bound))],
                    suffix: "_bucket")
            }
            text.sample(figures.sum, Self.labels(key), suffix: "_sum")
            text.sample(count, Self.labels(key), suffix: "_count")
        }
    }

    private static func labels(_ key: Key) -> [MetricsText.Label] {
        [("method", key.method), ("route", key.route)]
    }
}
