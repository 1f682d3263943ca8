import Foundation
import JobTestSupport
import Testing

/// Thousands of random operations leave what a simple model says.
@Suite struct RandomOperationsTests {
    /// `JOBD_TEST_ROUNDS` asks for more rounds than the usual.
    private static let rounds =
        ProcessInfo.processInfo.environment["JOBD_TEST_ROUNDS"].flatMap(UInt64.init) ?? 3

    @Test(arguments: 0..<rounds)
    func theStoreIsWhatTheModelSays(round: UInt64) async throws {
        let drawn = SeededGenerator()
        var operations = try RandomOperations(SeededGenerator(seed: drawn.seed &+ round))
        for number in 1...1200 {
            try await operations.step()
            if number % 150 == 0 { try await operations.expectAll() }
        }
        try await operations.expectAll()
    }
}
