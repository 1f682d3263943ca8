import JobModel
import Testing

@testable import JobStore

/// What counts of what a transaction adds to the history.
@Suite struct HistoryTallyTests {
    private struct Failed: Error {}

    private func add() { HistoryTally.current?.add(.end(Event.End(state: .succeeded))) }

    @Test func onlyWhatIsCommittedCounts() {
        let tally = HistoryTally()
        tally.transaction {
            tally.part { add() }
            #expect(throws: Failed.self) {
                try tally.part {
                    add()
                    HistoryTally.current?.addAttempt()
                    throw Failed()
                }
            }
            #expect(tally.counts == HistoryCounts())
        }
        #expect(tally.counts.events == 1)
        #expect(tally.counts.attempts == 0)
        #expect(tally.counts.endings == [HistoryCounts.Ending(.succeeded): 1])
        #expect(throws: Failed.self) {
            try tally.transaction {
                tally.part { add() }
                throw Failed()
            }
        }
        #expect(tally.counts.events == 1)
        tally.transaction { tally.part { add() } }
        #expect(tally.counts.events == 2)
        #expect(tally.counts.endings == [HistoryCounts.Ending(.succeeded): 2])
    }

    @Test func outsideATransactionNothingIsCounted() {
        add()
        #expect(HistoryTally.current == nil)
    }

    @Test func everyEndingIsListedOnce() {
        let all = HistoryCounts.Ending.all
        #expect(Set(all).count == all.count)
        #expect(all.count == 2 + Failure.allCases.count)
    }
}
