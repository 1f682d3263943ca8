import JobModel
import Testing

/// What fits into a queue.
@Suite struct QueueTests {
    private let queue = Queue(
        name: "q", resources: ["gpu": .names(["0", "1"]), "mem_gb": .count(24)])

    @Test func aResourceHasAsManyAsItsNames() {
        #expect(Resource.count(24).total == 24)
        #expect(Resource.names(["0", "1"]).total == 2)
        #expect(Resource.names([]).total == 0)
    }

    @Test(
        arguments: [
            [:], ["gpu": 1], ["gpu": 2, "mem_gb": 24], ["mem_gb": 1],
        ] as [[String: Int64]])
    func whatThereIsFits(needs: [String: Int64]) {
        #expect(queue.misfits(needs).isEmpty)
    }

    @Test func whatIsTooMuchOrNotThereIsNamed() {
        let errors = queue.misfits(["gpu": 3, "mem_gb": 25, "tape": 1])
        #expect(errors.map(\.field) == ["resources.gpu", "resources.mem_gb", "resources.tape"])
        #expect(errors[0].message.contains("which is 2"))
        #expect(errors[1].message.contains("which is 24"))
        #expect(errors[2].message.contains("nothing that the queue 'q' has"))
        #expect(queue.misfits(["mem_gb": .max]).count == 1)
        #expect(Queue(name: "r").misfits(["gpu": 1]).count == 1)
    }
}
