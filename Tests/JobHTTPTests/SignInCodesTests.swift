import JobModel
import Testing

@testable import JobHTTP

/// Codes that sign a browser in.
@Suite struct SignInCodesTests {
    /// However many somebody asks for, others get theirs.
    @Test func nobodyKeepsOthersFromGettingOne() throws {
        let codes = SignInCodes(now: { Timestamp(microseconds: 1) })
        let noisy = Subject.user(1000, group: nil)
        var made: [String] = []
        for _ in 0..<20_000 { made.append(try codes.make(for: noisy).code) }
        let other = try codes.make(for: .user(1001, group: nil)).code
        #expect(codes.redeem(other) == .user(1001, group: nil))
        // The newest are the good ones.
        #expect(made.suffix(5).allSatisfy { codes.redeem($0) == noisy })
        #expect(made.dropLast(5).allSatisfy { codes.redeem($0) == nil })
    }
}
