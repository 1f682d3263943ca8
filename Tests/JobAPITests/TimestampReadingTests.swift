import JobModel
import JobTestSupport
import Testing

/// Times in requests: RFC 3339 §5.6, and nothing else.
@Suite struct TimestampReadingTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-11-22T08:15:30Z", 1_795_335_330_000_000),
        ("2026-11-22t08:15:30z", 1_795_335_330_000_000),
        // §5.6 lets applications separate date and time by a space.
        ("2026-11-22 08:15:30Z", 1_795_335_330_000_000),
        ("2026-11-22T08:15:30.1Z", 1_795_335_330_100_000),
        ("2026-11-22T08:15:30.123456Z", 1_795_335_330_123_456),
        // Cut off, not rounded.
        ("2026-11-22T08:15:30.1234569Z", 1_795_335_330_123_456),
        ("2026-11-22T08:15:30.99999999999999999999999999Z", 1_795_335_330_999_999),
        // The same moment elsewhere, also on another day or in another year.
        ("2026-11-22T09:15:30+01:00", 1_795_335_330_000_000),
        ("2026-11-22T08:15:30+00:00", 1_795_335_330_000_000),
        ("2026-11-22T08:15:30-00:00", 1_795_335_330_000_000),
        ("2026-11-22T13:45:30.5+05:30", 1_795_335_330_500_000),
        ("2026-11-21T21:30:30-10:45", 1_795_335_330_000_000),
        ("2026-11-23T08:14:30+23:59", 1_795_335_330_000_000),
        ("2026-11-21T08:16:30-23:59", 1_795_335_330_000_000),
        ("2027-01-01T00:30:00+01:00", 1_798_759_800_000_000),
        // Leap days, and the second that RFC 3339 Appendix D gives as an example.
        ("2000-02-29T00:00:00Z", 951_782_400_000_000),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000_000),
        ("1990-12-31T23:59:60Z", 662_688_000_000_000),
        ("1990-12-31T15:59:60-08:00", 662_688_000_000_000),
        // Before 1970, and the first and the last year that can be written.
        ("1969-12-31T23:59:59.999999Z", -1),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
        ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
    ])
    func reads(text: String, microseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.microseconds == microseconds)
    }

    static let garbage = [
        "", "Z", "now", "tomorrow", "0", "1795335330", "2026", "2026-11-22", "08:15:30Z",
        "2026-11-22T", "2026-11-22T08:15Z", "2026-11-22T08:15:30", "2026-11-22T08:15:30.Z",
        "2026-11-22T08:15:30,5Z", "2026-11-22T08:15:30.5", "2026-11-22T08:15:30 Z",
        "2026-11-22T08:15:30Z ", " 2026-11-22T08:15:30Z", "2026-11-22T08:15:30Z\n",
        "2026-11-22T08:15:30ZZ", "2026-11-22T08:15:30Z+01:00", "2026-11-22T08:15:30UTC",
        "2026-11-22T08:15:30+01", "2026-11-22T08:15:30+0100", "2026-11-22T08:15:30+1:00",
        "2026-11-22T08:15:30+01:0", "2026-11-22T08:15:30+24:00", "2026-11-22T08:15:30+01:60",
        "2026-11-22T08:15:30±01:00", "2026-11-22T08:15:30\u{2212}01:00",
        "2026-11-22X08:15:30Z", "2026-11-22  08:15:30Z", "2026/11/22T08:15:30Z",
        "20261122T081530Z", "22-11-2026T08:15:30Z", "26-11-22T08:15:30Z",
        "12026-11-22T08:15:30Z", "-026-11-22T08:15:30Z", "+2026-11-22T08:15:30Z",
        "2026-1-22T08:15:30Z", "2026-11-2T08:15:30Z", "2026-11-22T8:15:30Z",
        "2026-00-22T08:15:30Z", "2026-13-22T08:15:30Z", "2026-11-00T08:15:30Z",
        "2026-11-31T08:15:30Z", "2026-12-32T08:15:30Z", "2026-02-29T08:15:30Z",
        "2100-02-29T08:15:30Z", "1900-02-29T08:15:30Z", "2024-02-30T08:15:30Z",
        "2026-11-22T24:00:00Z", "2026-11-22T08:60:30Z", "2026-11-22T08:15:61Z",
        "2026-11-22T08:15:-1Z", "2026-11-22T-8:15:30Z", "0x26-11-22T08:15:30Z",
        "٢٠٢٦-11-22T08:15:30Z", "２０２６-11-22T08:15:30Z", "2026-11-22T08:15:30\u{0}Z",
        "2026-W47-7T08:15:30Z", "2026-326T08:15:30Z", "Sun, 22 Nov 2026 08:15:30 GMT",
    ]

    @Test(arguments: garbage)
    func refuses(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    /// What the writer writes reads as the same moment, whatever the offset it is
    /// told in and however many digits there are.
    @Test func readsWhatIsWritten() throws {
        var random = SeededGenerator()
        // 0000-01-02 to 9999-12-30, so that no offset leaves the four digits.
        let range: ClosedRange<Int64> = -62_167_132_800_000...253_402_214_399_999
        for _ in 0..<20_000 {
            let milliseconds = Int64.random(in: range, using: &random)
            let finer = Int64.random(in: 0..<1000, using: &random)
            let time = Timestamp(microseconds: milliseconds * 1000 + finer)
            let read = Timestamp(rfc3339: time.rfc3339)
            try #require(
                read?.microseconds == milliseconds * 1000,
                "\(time.rfc3339), seed \(random.seed)")

            let minutes = Int64.random(in: -1439...1439, using: &random)
            let local = time + minutes * 60_000_000
            func digits(_ number: Int64, _ width: Int) -> String {
                let text = String(number)
                return String(repeating: "0", count: width - text.count) + text
            }
            let fraction = digits(milliseconds.modulo(1000) * 1000 + finer, 6)
            let more = String(
                repeating: "7", count: Int.random(in: 0...9, using: &random))
            let text =
                "\(local.rfc3339.dropLast(5)).\(fraction)\(more)\(minutes < 0 ? "-" : "+")"
                + "\(digits(abs(minutes) / 60, 2)):\(digits(abs(minutes) % 60, 2))"
            try #require(Timestamp(rfc3339: text) == time, "\(text), seed \(random.seed)")
        }
    }

    /// Any change of one byte gives another moment or none, and ends nothing.
    @Test func aChangedByteIsNeverTheSameMoment() {
        let text = Array("2026-11-22T08:15:30.123456+01:30".utf8)
        let time = Timestamp(rfc3339: String(decoding: text, as: UTF8.self))
        for index in text.indices {
            for byte in UInt8(0)...127 where byte != text[index] {
                var changed = text
                changed[index] = byte
                let read = Timestamp(rfc3339: String(decoding: changed, as: UTF8.self))
                let isSeparator = index == 10 && [0x20, 0x74].contains(byte)
                #expect((read == time) == isSeparator, "byte \(byte) at \(index)")
            }
        }
    }
}

extension Int64 {
    /// The remainder that is never negative.
    fileprivate func modulo(_ divisor: Int64) -> Int64 {
        let rest = self % divisor
        return rest < 0 ? rest + divisor : rest
    }
}
