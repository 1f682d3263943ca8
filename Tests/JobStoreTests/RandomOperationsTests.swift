import JobTestSupport
import Testing

/// Thousands of random operations leave what a simple model says.
@Suite struct RandomOperationsTests {
    @Test(arguments: 0..<3)
    func theStoreIsWhatTheModelSays(round: UInt64) async throws {
        let drawn = SeededGenerator()
        var operations = try RandomOperations(SeededGenerator(seed: drawn.seed &+ round))
        for number in 1...1000 {
            try await operations.step()
            if number % 100 == 0 { try await operations.expectAll() }
        }
        try await operations.expectAll()
    }
}
