import NIOCore
import NIOEmbedded
import Testing

@testable import JobHTTP

/// When a deadline is reached, whatever was wanted before.
@Suite struct DeadlineTests {
    private let loop = EmbeddedEventLoop()

    /// - Returns: after how many of the next 60 seconds it was reached.
    private func seconds(_ deadline: Deadline) -> Int? {
        var isReached = false
        deadline.onExpiry = { isReached = true }
        for second in 1...60 {
            loop.advanceTime(by: .seconds(1))
            if isReached { return second }
        }
        return nil
    }

    @Test func setAgainAfterACancelItKeepsTheNewTime() {
        let deadline = Deadline(loop)
        deadline.set(.seconds(20))
        deadline.cancel()
        deadline.set(.seconds(2))
        #expect(seconds(deadline) == 2)
    }

    @Test func setEarlierAfterLaterItKeepsTheEarliest() {
        let deadline = Deadline(loop)
        deadline.set(.seconds(10))
        deadline.set(.seconds(30))
        deadline.set(.seconds(20))
        #expect(seconds(deadline) == 20)
        deadline.set(.seconds(30))
        deadline.set(.seconds(3))
        #expect(seconds(deadline) == 3)
    }

    @Test func cancelledItIsNeverReached() {
        let deadline = Deadline(loop)
        deadline.set(.seconds(2))
        deadline.cancel()
        #expect(seconds(deadline) == nil)
        deadline.set(.seconds(2))
        deadline.stop()
        #expect(seconds(deadline) == nil)
    }
}
