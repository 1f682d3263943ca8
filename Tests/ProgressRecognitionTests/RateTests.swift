import JobModel
import ProgressRecognition
import Testing

@Suite struct RateTests {
    private func rows(_ texts: [(String, Int64)]) -> [Progress] {
        record(texts.map { Frame($0.0 + "\n", at: $0.1) }).map(\.progress)
    }

    @Test func fractionsPerSecond() {
        let readings = rows([("0%", 0), ("5%", 500), ("10%", 1000), ("20%", 2000)])
        #expect(readings.map(\.rate) == [nil, 0.1, 0.1, 0.1])
        #expect(readings.map(\.etaSeconds) == [nil, 9.5, 9, 8])
    }

    @Test func unitsPerSecond() {
        let readings = rows([("[0/100]", 0), ("[20/100]", 1000), ("[100/100]", 8000)])
        #expect(readings.map(\.rate) == [nil, 20, 12.5])
        #expect(readings.map(\.etaSeconds) == [nil, 4, 0])
    }

    @Test func countWithoutTotalHasARateOnly() {
        let readings = record([
            Frame("{\"done\":0}", .direct, at: 0), Frame("{\"done\":3000}", .direct, at: 1000),
        ]).map(\.progress)
        #expect(readings.map(\.rate) == [nil, 3000])
        #expect(readings.map(\.etaSeconds) == [nil, nil])
    }

    @Test func beginsAnewWhenTheWorkDoes() {
        let readings = rows([("50%", 0), ("90%", 1000), ("10%", 2000), ("20%", 3000)])
        #expect(readings.map(\.rate) == [nil, 0.4, nil, 0.1])
        // A total that grows a little is no new beginning.
        let growing = rows([("[10/100]", 0), ("[20/220]", 1000), ("[30/300]", 2000)])
        #expect(growing.map(\.rate) == [nil, 10, 10])
        let counted = rows([("[90/100]", 0), ("[95/100]", 1000), ("[1/10]", 2000)])
        #expect(counted.map(\.rate) == [nil, 5, nil])
    }

    @Test func looksBackTwentySeconds() {
        var printed: [(String, Int64)] = []
        for second in 0...30 { printed.append(("[\(second)/1000]", Int64(second) * 1000)) }
        for second in 31...60 {
            printed.append(("[\(30 + (second - 30) * 10)/1000]", Int64(second) * 1000))
        }
        let readings = rows(printed)
        #expect(readings[30].rate == 1)
        #expect(readings[60].rate == 10)
        #expect((readings[40].rate ?? 0) > 1 && (readings[40].rate ?? 0) < 10)
    }

    @Test func slowReadingsStillHaveARate() {
        let readings = rows([("1%", 0), ("2%", 600_000), ("3%", 1_200_000)])
        #expect(readings.last?.etaSeconds == 58200)
    }

    @Test func nothingSilly() {
        // Too close together, no rise, longer than a year, clock set back.
        #expect(rows([("1%", 0), ("2%", 100)]).map(\.rate) == [nil, nil])
        #expect(rows([("1% a", 0), ("1% b", 5000)]).map(\.rate) == [nil, nil])
        #expect(rows([("1% a", 0), ("1% b", 5000)]).map(\.etaSeconds) == [nil, nil])
        let slow = rows([("[0/999999999]", 0), ("[1/999999999]", 1000)])
        #expect(slow.map(\.rate) == [nil, 1])
        #expect(slow.map(\.etaSeconds) == [nil, nil])
        #expect(rows([("1%", 5000), ("2%", 0)]).map(\.rate) == [nil, nil])
    }
}
