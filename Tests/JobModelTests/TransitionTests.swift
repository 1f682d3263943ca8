import JobModel
import Testing

/// The state machine, every state and every transition.
@Suite struct TransitionTests {
    /// Where each transition leads from one state; nil where it cannot happen.
    struct Line: CustomTestStringConvertible, Sendable {
        let from: JobState
        let to: [Transition: JobState]

        init(_ from: JobState, _ to: [Transition: JobState]) {
            self.from = from
            self.to = to
        }

        var testDescription: String { from.rawValue }
    }

    static let active: [Transition: JobState] = [
        .succeed: .succeeded, .fail: .failed, .retryLater: .waiting, .cancel: .cancelled,
    ]

    static let table = [
        Line(
            .waiting,
            [
                .enqueue: .queued, .hold: .waiting, .failUnstarted: .failed,
                .cancel: .cancelled,
            ]),
        Line(.queued, [.hold: .waiting, .claim: .running, .cancel: .cancelled]),
        Line(.running, active.merging([.pause: .paused]) { $1 }),
        Line(.paused, active.merging([.resume: .running]) { $1 }),
        Line(.succeeded, [.runAgain: .queued]),
        Line(.failed, [.runAgain: .queued]),
        Line(.cancelled, [.runAgain: .queued]),
    ]

    @Test func theTableHasEveryState() {
        #expect(Self.table.map(\.from) == JobState.allCases)
    }

    @Test(arguments: table)
    func leadsWhereTheTableSays(line: Line) {
        for transition in Transition.allCases {
            #expect(
                transition.next(from: line.from) == line.to[transition],
                "\(transition) from \(line.from)")
        }
    }

    /// Nothing but somebody who runs it again leads further.
    @Test(arguments: JobState.allCases)
    func aStateIsFinishedWhenNothingLeadsFurther(state: JobState) {
        let further = Transition.allCases.filter { $0.next(from: state) != nil }
        #expect(state.isFinished == (further == [.runAgain]))
    }

    @Test(arguments: JobState.allCases)
    func onlyAnActiveStateCanSucceed(state: JobState) {
        #expect(state.isActive == (Transition.succeed.next(from: state) != nil))
    }

    @Test func aClaimLeadsToAStateThatHoldsASlot() throws {
        #expect(try #require(Transition.claim.next(from: .queued)).isActive)
    }

    /// The contract's words; databases and clients have them.
    @Test func theStatesAreNamedAsTheContractSays() {
        #expect(
            JobState.allCases.map(\.rawValue) == [
                "waiting", "queued", "running", "paused", "succeeded", "failed", "cancelled",
            ])
        #expect(
            Failure.allCases.map(\.rawValue) == [
                "exit", "signal", "timeout", "stalled", "unstartable", "dependency",
                "output_limit", "lost",
            ])
        #expect(WaitReason.allCases.map(\.rawValue) == ["time", "jobs", "retry"])
        #expect(AfterPolicy.allCases.map(\.rawValue) == ["succeeded", "finished"])
    }
}
