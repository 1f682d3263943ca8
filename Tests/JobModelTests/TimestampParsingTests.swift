import JobModel
import JobTestSupport
import Testing

/// Reading RFC 3339.
@Suite struct TimestampParsingTests {
    @Test(arguments: [
        // The examples of RFC 3339 §5.8.
        ("1985-04-12T23:20:50.52Z", 482_196_050_520_000),
        ("1996-12-19T16:39:57-08:00", 851_042_397_000_000),
        // Leap seconds, which count as the first of the next minute.
        ("1990-12-31T23:59:60Z", 662_688_000_000_000),
        ("1990-12-31T15:59:60-08:00", 662_688_000_000_000),
        ("1937-01-01T12:00:27.87+00:20", -1_041_337_172_130_000),
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01t00:00:00z", 0),
        ("1970-01-01 00:00:00Z", 0),
        ("1970-01-01T00:00:00-00:00", 0),
        ("1969-12-31T23:59:59.999999Z", -1),
        // Finer parts are cut off.
        ("1970-01-01T00:00:00.0000019Z", 1),
        ("1970-01-01T00:00:00.1Z", 100_000),
        ("2026-11-22T09:00:00+05:30", 1_795_318_200_000_000),
        ("2026-11-22T09:00:00-23:59", 1_795_424_340_000_000),
        ("2000-02-29T00:00:00Z", 951_782_400_000_000),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
        ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
    ])
    func reads(text: String, microseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.microseconds == microseconds)
    }

    @Test(arguments: [
        "", "now", "2026-11-22", "2026-11-22T09:00:00", "2026-11-22T09:00Z", "20261122T090000Z",
        "2026-11-22T09:00:00.Z", "2026-11-22T09:00:00,5Z", "2026-11-22T09:00:00+0100",
        "2026-11-22T09:00:00+01", "2026-11-22T09:00:00+24:00", "2026-11-22T09:00:00+01:60",
        "2026-11-22T24:00:00Z", "2026-11-22T09:60:00Z", "2026-11-22T09:00:61Z",
        "2026-00-22T09:00:00Z", "2026-13-22T09:00:00Z", "2026-11-00T09:00:00Z",
        "2026-11-31T09:00:00Z", "2026-02-29T09:00:00Z", "2100-02-29T09:00:00Z",
        "2026-11-22T09:00:00Z ", " 2026-11-22T09:00:00Z", "2026-11-22T09:00:00ZZ",
        "2026-11-22T09:00:00 Z", "-026-11-22T09:00:00Z", "+2026-11-22T09:00:00Z",
        "2026-1-22T09:00:00Z", "２０26-11-22T09:00:00Z", "2026-11-22T09:00:00\u{0}Z",
        "2026-11-22T09:00:00Z\u{301}",
    ])
    func refuses(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    /// What is written is read again, in whatever zone.
    @Test func readsWhatItWrites() throws {
        var random = SeededGenerator()
        for _ in 0..<5000 {
            let range: ClosedRange<Int64> = -62_135_510_400_000...253_402_214_400_000
            let milliseconds = Int64.random(in: range, using: &random)
            let time = Timestamp(microseconds: milliseconds * 1000)
            try #require(Timestamp(rfc3339: time.rfc3339) == time, "seed \(random.seed)")
            let minutes = Int64.random(in: 0..<1440, using: &random)
            let isEast = Bool.random(using: &random)
            let there = time + minutes * (isEast ? 60_000_000 : -60_000_000)
            func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
            let zone = "\(isEast ? "+" : "-")\(two(minutes / 60)):\(two(minutes % 60))"
            let text = there.rfc3339.dropLast() + zone
            try #require(Timestamp(rfc3339: String(text)) == time, "\(text), seed \(random.seed)")
        }
    }
}
