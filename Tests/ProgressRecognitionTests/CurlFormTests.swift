import JobModel
import ProgressRecognition
import Testing

@Suite struct CurlFormTests {
    /// From curl 8.18 on, columns are wider and unknown times blank.
    @Test func wideColumns() {
        let told = readings(of: [
            "  0      0   0      0   0      0      0      0                              0",
            "  6 46.52M   6 2.929M   0      0 195.3k      0   04:03   00:15   03:48 195.3k",
            " 99 46.52M  99 46.40M   0      0 195.3k      0   04:03   04:03         195.3k",
            "100 46.52M   0 46.52M   0      0 195.3k      0           04:03         195.3k",
        ])
        #expect(told.map(\.fraction) == [nil, 0.06, 0.99, nil])
        #expect(told.dropFirst(1).first?.etaSeconds == 228)
        #expect(told.dropFirst(1).first?.rate == 195.3 * 1024)
        #expect(told.dropFirst(2).first?.etaSeconds?.isLess(than: 1) == true)
        #expect(told.dropFirst(3).first?.total == nil)
        #expect(told.dropFirst(3).first?.done == 46.52 * 1024 * 1024)
    }

    @Test func longTimes() {
        let told = readings(of: [
            " 12  9.9G   12 1203M    0     0  9999      0 12d 03h  1d 12h 10d 15h  9999",
            "  1 900.1G   1 9.01G   0      0 195.3k      0 12d 03h 16h 02m 11d 11h 195.3k",
        ])
        #expect(told.first?.etaSeconds == 918_000)
        #expect(told.dropFirst(1).first?.etaSeconds == 990_000)
    }

    /// The request is sent, and of the answer nobody knows how long it is.
    @Test func answerOfUnknownLength() {
        let told = readings(of: [
            "100 2953k    0 1000k  100 1953k   100k  1024k --:--:--  0:00:02 --:--:-- 1023k"
        ])
        #expect(told.map(\.fraction) == [nil])
        #expect(told.first?.done == 2953.0 * 1024)
    }

    @Test(arguments: [
        " 1  0      0 132004  20480 901232    0    0    10    20  100  200  3  1 96  0  0",
        "100 2929k 100 2929k 0 0 991k 0",
        " 48 3906k   48 1904k    0     0  1001k      0  0:00:03  0:00:01  0:00:02",
        "##### 42.5%",
        "##########                                                    99.0%",
        "-- 12 -- 3k 4 5 6",
        "## Section 10.0%",
    ])
    func others(line: String) {
        #expect(readings(of: [line]).allSatisfy { $0.source.rawValue != "curl" })
    }

    @Test func meterThatIsNotFinished() {
        let line = "\r 48 3906k   48 1904k    0     0  1001k      0  0:00:03  0:00:01  0:00:02 10"
        #expect(
            record([Frame(line, at: 0), Frame("01k\r", at: 100)]).map(\.progress.rate) == [
                1001 * 1024
            ])
    }
}
