import JobModel
import Testing

/// The state machine, every state and every transition.
@Suite struct TransitionTests {
    /// Where each transition leads from one state; nil where it cannot happen.
    struct Line: CustomTestStringConvertible, Sendable {
        let from: JobState
        let claim: JobState?
        let succeed: JobState?
        let fail: JobState?
        let cancel: JobState?

        init(
            _ from: JobState, _ claim: JobState?, _ succeed: JobState?, _ fail: JobState?,
            _ cancel: JobState?
        ) {
            self.from = from
            self.claim = claim
            self.succeed = succeed
            self.fail = fail
            self.cancel = cancel
        }

        /// Exhaustive, so that a new transition must be entered here.
        func result(of transition: Transition) -> JobState? {
            switch transition {
            case .claim: claim
            case .succeed: succeed
            case .fail: fail
            case .cancel: cancel
            }
        }

        var testDescription: String { from.rawValue }
    }

    static let table = [
        //   from        claim     succeed     fail     cancel
        Line(.waiting, nil, nil, nil, .cancelled),
        Line(.queued, .running, nil, nil, .cancelled),
        Line(.running, nil, .succeeded, .failed, .cancelled),
        Line(.paused, nil, .succeeded, .failed, .cancelled),
        Line(.succeeded, nil, nil, nil, nil),
        Line(.failed, nil, nil, nil, nil),
        Line(.cancelled, nil, nil, nil, nil),
    ]

    @Test func theTableHasEveryState() {
        #expect(Self.table.map(\.from) == JobState.allCases)
    }

    @Test(arguments: table)
    func leadsWhereTheTableSays(line: Line) {
        for transition in Transition.allCases {
            #expect(
                transition.next(from: line.from) == line.result(of: transition),
                "\(transition) from \(line.from)")
        }
    }

    @Test(arguments: JobState.allCases)
    func aStateIsFinishedWhenNothingLeadsFurther(state: JobState) {
        #expect(state.isFinished == Transition.allCases.allSatisfy { $0.next(from: state) == nil })
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
                "exit", "signal", "timeout", "unstartable", "output_limit", "lost",
            ])
    }
}
