import Foundation
import JobModel
import JobTestSupport
import Testing

/// RFC 3339 in UTC, against dates known from elsewhere.
@Suite struct TimestampTests {
    @Test(arguments: [
        // Seconds as `date -u -d … +%s` gives them.
        (0, "1970-01-01T00:00:00.000Z"),
        (1, "1970-01-01T00:00:00.000Z"),
        (999, "1970-01-01T00:00:00.000Z"),
        (1000, "1970-01-01T00:00:00.001Z"),
        (1_795_335_330_123_456, "2026-11-22T08:15:30.123Z"),
        // Cut off, not rounded up into the next year.
        (1_798_761_599_999_999, "2026-12-31T23:59:59.999Z"),
        (1_798_761_600_000_000, "2027-01-01T00:00:00.000Z"),
        // A leap year divisible by 400, one divisible by 4, none divisible by 100.
        (951_782_399_000_000, "2000-02-28T23:59:59.000Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00.000Z"),
        (951_868_800_000_000, "2000-03-01T00:00:00.000Z"),
        (978_220_800_000_000, "2000-12-31T00:00:00.000Z"),
        (1_709_164_800_000_000, "2024-02-29T00:00:00.000Z"),
        (4_107_542_400_000_000, "2100-03-01T00:00:00.000Z"),
        (4_107_456_000_000_000, "2100-02-28T00:00:00.000Z"),
        // Where 32 bits of seconds end.
        (2_147_483_648_000_000, "2038-01-19T03:14:08.000Z"),
        // Before 1970 cutting off still means earlier.
        (-1, "1969-12-31T23:59:59.999Z"),
        (-1000, "1969-12-31T23:59:59.999Z"),
        (-1001, "1969-12-31T23:59:59.998Z"),
        (-1_000_000, "1969-12-31T23:59:59.000Z"),
        (-86_400_000_000, "1969-12-31T00:00:00.000Z"),
        (-2_208_988_800_000_000, "1900-01-01T00:00:00.000Z"),
        (-2_203_891_200_000_000, "1900-03-01T00:00:00.000Z"),
        (-62_135_596_800_000_000, "0001-01-01T00:00:00.000Z"),
        (253_402_300_799_999_999, "9999-12-31T23:59:59.999Z"),
    ])
    func formats(microseconds: Int64, text: String) {
        #expect(Timestamp(microseconds: microseconds).rfc3339 == text)
    }

    /// By counting: the first and the last day of every month of 9,999 years.
    @Test func agreesWithACalendarCountedByHand() {
        // 719,162 days from 0001-01-01 to 1970-01-01 (RFC 3339's Appendix C
        // counts the same days).
        var day: Int64 = -719_162
        var wrong: [String] = []
        func text(_ value: Int, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: width - digits.count) + digits
        }
        func check(_ day: Int64, _ date: String) {
            let microseconds = day * 86_400_000_000
            if Timestamp(microseconds: microseconds).rfc3339 != date + "T00:00:00.000Z"
                || Timestamp(microseconds: microseconds + 86_399_999_000).rfc3339
                    != date + "T23:59:59.999Z"
            {
                wrong.append(date)
            }
        }
        for year in 1...9999 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            for (index, length) in lengths.enumerated() {
                let month = "\(text(year, 4))-\(text(index + 1, 2))"
                check(day, "\(month)-01")
                check(day + Int64(length) - 1, "\(month)-\(text(length, 2))")
                day += Int64(length)
            }
        }
        #expect(wrong.isEmpty)
        #expect(day == 2_932_897, "the days from 1970 to 10000-01-01")
    }

    @Test func agreesWithFoundation() throws {
        var random = SeededGenerator()
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        // 1600 to 9999: Foundation may count earlier years by another calendar.
        let range: ClosedRange<Int64> = -11_676_096_000_000...253_402_300_799_999
        for _ in 0..<5000 {
            let milliseconds = Int64.random(in: range, using: &random)
            let finer = Int64.random(in: 0..<1000, using: &random)
            let text = Timestamp(microseconds: milliseconds * 1000 + finer).rfc3339
            let parsed = try style.parse(text)
            try #require(
                Int64((parsed.timeIntervalSince1970 * 1000).rounded()) == milliseconds,
                "\(text), seed \(random.seed)")
        }
    }

    /// Also one whose year has no four-digit form: a clock may be that wrong.
    @Test(arguments: [Int64.min, Int64.min + 1, -1, 0, Int64.max - 1, Int64.max])
    func anyMomentHasATextOfTheSameShape(microseconds: Int64) {
        let text = Timestamp(microseconds: microseconds).rfc3339
        let shape = text.map { $0.isNumber ? "0" : String($0) }.joined()
        #expect(shape == "0000-00-00T00:00:00.000Z")
    }

    @Test func countsMicroseconds() {
        let start = Timestamp(microseconds: 1_000_000)
        #expect((start + 250).microseconds == 1_000_250)
        #expect((start + 250) - start == 250)
        #expect(start < start + 1)
        #expect(max(start, start + -1) == start)
    }
}
