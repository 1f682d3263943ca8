import Testing

@testable import JobRunner

/// Which of the open files counts as being read.
@Suite struct SequentialReadsTests {
    private func file(
        _ descriptor: Int32 = 3, at position: Int64, of size: Int64 = 1000, process: Int32 = 1
    ) -> OpenFile {
        OpenFile(
            id: OpenFile.ID(process: process, descriptor: descriptor, device: 1, inode: 1),
            name: "\(process).\(descriptor)", position: position, size: size)
    }

    /// What each look gives, of a single file.
    private func positions(_ files: [OpenFile?]) -> [Int64?] {
        var reads = SequentialReads()
        return files.map { reads.look(at: $0.map { [$0] } ?? [])?.position }
    }

    @Test func aFileCountsOnceItHasRisenTwice() {
        let seen = positions([100, 100, 200, 200, 300, 400, 400].map { file(at: $0) })
        #expect(seen == [nil, nil, nil, nil, 300, 400, 400])
    }

    @Test func itsEndIsToldOnce() {
        let seen = positions([0, 500, 1000, 1000].map { file(at: $0) })
        #expect(seen == [nil, nil, 1000, nil])
    }

    @Test func whatStandsStillIsLeftAfterTenLooks() {
        let rise = [0, 100, 200].map { file(at: $0) }
        let still = [OpenFile](repeating: file(at: 200), count: 12)
        let seen = positions(rise + still + [file(at: 300)])
        #expect(seen.suffix(13) == [Int64?](repeating: 200, count: 10) + [nil, nil, 300])
    }

    @Test func aGrowingFileNeverCounts() {
        let log = (1...9).map { file(at: Int64($0) * 100, of: Int64($0) * 100) }
        #expect(positions(log).allSatisfy { $0 == nil })
        // It does when it has stopped to grow.
        let rest = [500, 600, 700].map { file(at: $0, of: 900) }
        #expect(positions(log + rest).suffix(3) == [nil, nil, 700])
    }

    @Test func aSecondPassCountsAndAThirdIsAccessAtRandom() {
        let first = [0, 300, 600].map { file(at: $0) }
        #expect(positions(first + first) == [nil, nil, 600, nil, nil, 600])
        #expect(positions(first + first + first).suffix(3) == [nil, nil, nil])
        // Opened again it is another one.
        let again = [nil] + first
        #expect(positions(first + first + again).last == 600)
    }

    @Test func aDatabaseDoesNotCount() {
        let jumps: [Int64] = [500, 20, 900, 310, 330, 800, 5, 990, 995, 999, 100, 200, 300]
        #expect(positions(jumps.map { file(at: $0) }).allSatisfy { $0 == nil })
    }

    @Test func aSmallStepBackIsNone() {
        let seen = positions([0, 100, 200, 150, 180, 210].map { file(at: $0) })
        #expect(seen == [nil, nil, 200, 200, 200, 210])
    }

    @Test func theLargestOfThoseThatAreReadCounts() {
        var reads = SequentialReads()
        func look(_ small: Int64, _ large: Int64, _ idle: Int64 = 5) -> String? {
            reads.look(at: [
                file(3, at: small, of: 1000), file(4, at: large, of: 5000),
                file(5, at: idle, of: 90_000),
            ])?.name
        }
        #expect([look(1, 0), look(2, 0), look(3, 0)] == [nil, nil, "1.3"])
        #expect([look(4, 10), look(5, 20), look(6, 20)] == ["1.3", "1.4", "1.4"])
        // When the larger one is through, the other has its turn.
        #expect([look(7, 5000), look(8, 5000)] == ["1.4", "1.3"])
    }

    @Test func ofEquallyLargeOnesTheFirstCounts() {
        var reads = SequentialReads()
        var names: [String?] = []
        for position in 0...3 as ClosedRange<Int64> {
            names.append(
                reads.look(at: [
                    file(at: position, process: 1), file(at: position, process: 2),
                ])?.name)
        }
        #expect(names == [nil, nil, "1.3", "1.3"])
    }
}
