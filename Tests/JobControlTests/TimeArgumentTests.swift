import Foundation
import Glibc
import JobAPI
import Testing

@testable import JobControl

/// Times as people write them.
@Suite struct TimeArgumentTests {
    private let now = Date(timeIntervalSince1970: 1_795_335_330)

    private func date(_ text: String) throws -> Date {
        try #require(TimeArgument(argument: text)).date(now: now)
    }

    /// What clocks and calendars here show.
    private func local(_ time: Date) -> tm {
        var seconds = time_t(time.timeIntervalSince1970)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return parts
    }

    @Test func absoluteAndRelative() throws {
        #expect(try date("2026-11-22T08:15:30Z") == now)
        #expect(try date("2026-11-22T09:15:30+01:00") == now)
        #expect(try date("2026-11-22T08:15:30.500Z") == now.addingTimeInterval(0.5))
        #expect(try date("+2h") == now.addingTimeInterval(7200))
        #expect(try date("+1h30m") == now.addingTimeInterval(5400))
        #expect(try date("+90") == now.addingTimeInterval(90))
    }

    @Test(arguments: [(22, 30), (0, 0), (23, 59), (8, 15)] as [(Int32, Int32)])
    func aClockTimeIsTheNextOne(_ hour: Int32, _ minute: Int32) throws {
        let time = try date("\(hour):\(minute < 10 ? "0" : "")\(minute)")
        let parts = local(time)
        #expect(parts.tm_hour == hour)
        #expect(parts.tm_min == minute)
        #expect(parts.tm_sec == 0)
        #expect(time > now)
        // A day has 25 hours at most.
        #expect(time.timeIntervalSince(now) <= 25 * 3600)
    }

    @Test(
        arguments: [
            ("2027-02-03 04:05", 4, 5, 0), ("2027-02-03T04:05:06", 4, 5, 6),
            ("2027-02-03", 0, 0, 0),
        ] as [(String, Int32, Int32, Int32)])
    func aDateIsThatOfHere(
        _ text: String, _ hour: Int32, _ minute: Int32, _ second: Int32
    ) throws {
        let parts = local(try date(text))
        #expect(parts.tm_year == 127)
        #expect(parts.tm_mon == 1)
        #expect(parts.tm_mday == 3)
        #expect([parts.tm_hour, parts.tm_min, parts.tm_sec] == [hour, minute, second])
    }

    @Test func thereIsNoSuchDay() throws {
        #expect(throws: Trouble.self) { try date("2027-02-30") }
        #expect(throws: Trouble.self) { try date("2027-04-31 10:00") }
        #expect(throws: Never.self) { try date("2028-02-29") }
    }

    @Test(arguments: [
        "", "+", "2h", "24:00", "10:60", "10", "10:1:2:3", "tomorrow", "2026-1-1-1", "26-11-22",
        "2026-13-01", "2026-11-22 ", "2026-11-22 25:00", "-1:30", "+-1h", "1:٣",
    ])
    func noTimes(_ text: String) {
        #expect(TimeArgument(argument: text) == nil)
    }
}
