import Testing

@testable import JobHTTP

struct FailedSignInsTests {
    private let start = ContinuousClock.now

    @Test func tenAtOnceAndOneMoreEachSixSeconds() {
        let failures = FailedSignIns()
        for _ in 0..<10 { #expect(failures.count("a", at: start) == nil) }
        #expect(failures.count("a", at: start) == 7)
        #expect(failures.count("a", at: start + .seconds(5)) == 2)
        #expect(failures.count("a", at: start + .seconds(6)) == nil)
        #expect(failures.count("a", at: start + .seconds(6)) != nil)
        // What was refused costs nothing more, and a minute forgives all.
        for _ in 0..<10 { #expect(failures.count("a", at: start + .seconds(66)) == nil) }
        #expect(failures.count("a", at: start + .seconds(66)) != nil)
    }

    @Test func eachAddressHasItsOwn() {
        let failures = FailedSignIns()
        while failures.count("a", at: start) == nil {}
        #expect(failures.count("b", at: start) == nil)
    }

    @Test func anyNumberOfAddressesTakesLittleRoom() {
        let failures = FailedSignIns()
        for number in 0..<10_000 { _ = failures.count("\(number)", at: start) }
        // Those beyond share one allowance, until some are forgiven.
        var refused = 0
        for number in 10_000..<20_000 where failures.count("\(number)", at: start) != nil {
            refused += 1
        }
        #expect(refused == 9_990)
        #expect(failures.count("1", at: start) == nil)
        #expect(failures.count("20000", at: start + .seconds(120)) == nil)
    }
}
