import Foundation
import GRDB
import JobModel
import Journal
import JobTestSupport
import Testing

@testable import JobEvents
@testable import JobStore

/// What jobs write, followed from any place on.
@Suite(.serialized, .timeLimit(.minutes(10))) struct OutputFeedTests {
    /// Everything a feed gives until its end: the text, the places after each
    /// step, and the place after the end; nil when it was closed.
    private func drain(
        _ fixture: EventsFixture, _ job: JobID, from position: OutputPosition,
        follow: Bool = false, onlyAttempt: Bool = false, listener: Listener = Listener()
    ) async throws -> (text: String, places: [OutputPosition], end: OutputPosition?) {
        try await withTaskCancellationHandler {
            var feed = fixture.output.feed(
                of: job, from: position, follow: follow, onlyAttempt: onlyAttempt,
                listener: listener)
            var text = ""
            var places: [OutputPosition] = []
            while true {
                switch try await feed.next() {
                case .output(let records, let place):
                    text += String(decoding: records.flatMap(\.payload), as: UTF8.self)
                    places.append(place)
                case .ended(_, let end): return (text, places, end)
                case .beat: continue
                case .damaged(let place): text += "<damaged at \(place)>"
                case .closed: return (text, places, nil)
                }
            }
        } onCancel: {
            listener.close()
        }
    }

    private func place(_ attempt: Int, _ offset: UInt64) -> OutputPosition {
        OutputPosition(attempt: attempt, offset: offset)
    }

    /// Starts the job's next attempt, in one commit, as a retry does.
    private func startNextAttempt(of job: JobID, _ fixture: EventsFixture) async throws {
        try await fixture.store.writer.write(effects: []) { database in
            try database.execute(
                sql: """
                    INSERT INTO attempts (job_id, number, boot_id, started_at)
                    SELECT id, attempt + 1, 'boot', 1 FROM jobs WHERE id = ?
                    """, arguments: [job.rawValue])
            try database.execute(
                sql: "UPDATE jobs SET attempt = attempt + 1 WHERE id = ?",
                arguments: [job.rawValue])
        }
    }

    @Test func readsBothStreamsInOrderAndNothingElse() async throws {
        let fixture = try EventsFixture()
        let attempt = try #require(try await fixture.run(1).first)
        let journal = try JournalBytes(attempt, in: fixture.layout)
        journal.add(1, "startxxx")
        journal.add(2, "one\n")
        journal.add(4, "50%\n")
        journal.add(3, "two\n")
        journal.add(2, "three\n")
        journal.add(5, "exit")
        try journal.save()
        try await fixture.finish(attempt)
        let read = try await drain(fixture, attempt.job, from: place(1, 0))
        #expect(read.text == "one\ntwo\nthree\n")
        #expect(read.end == place(1, journal.end + 1))
    }

    @Test func resumesAtEveryPlaceItHasGiven() async throws {
        let fixture = try EventsFixture()
        let attempt = try #require(try await fixture.run(1).first)
        let journal = try JournalBytes(attempt, in: fixture.layout)
        journal.add(1, "startxxx")
        for number in 0..<30 {
            journal.add(number % 3 == 0 ? 3 : 2, String(repeating: "\(number) ", count: 5000))
            if number % 7 == 0 { journal.add(4, "\(number)%\n") }
        }
        journal.add(5, "exit")
        try journal.save()
        try await fixture.finish(attempt)
        let whole = try await drain(fixture, attempt.job, from: place(1, 0))
        #expect(whole.places.count > 3)
        for start in whole.places {
            let rest = try await drain(fixture, attempt.job, from: start)
            let isSuffix = whole.text.utf8.suffix(rest.text.utf8.count).elementsEqual(
                rest.text.utf8)
            #expect(isSuffix && rest.text.utf8.count < whole.text.utf8.count)
            #expect(rest.places == whole.places.filter { $0.offset > start.offset })
            #expect(rest.end == whole.end)
            let reader = try #require(try fixture.output.reader(of: attempt))
            #expect(try reader.isFrameBoundary(start.offset))
            #expect(try !reader.isFrameBoundary(start.offset + 1))
        }
        // The place after the end is no frame's, and nothing follows it.
        let end = try #require(whole.end)
        #expect(try await drain(fixture, attempt.job, from: end).text == "")
    }

    @Test func aTornFrameIsNotGiven() async throws {
        let fixture = try EventsFixture()
        let attempt = try #require(try await fixture.run(1).first)
        let journal = try JournalBytes(attempt, in: fixture.layout)
        journal.add(2, "whole")
        let size = journal.bytes.count
        journal.add(2, "torn")
        try journal.save(size + 20)
        try await fixture.finish(attempt)
        let read = try await drain(fixture, attempt.job, from: place(1, 0))
        #expect(read.text == "whole")
        #expect(read.places == [place(1, UInt64(size))])
    }

    /// The journal grows by any number of bytes at a time, while it is read.
    @Test(arguments: 0..<5)
    func followsAsItIsWritten(round: UInt64) async throws {
        let drawn = SeededGenerator()
        var random = SeededGenerator(seed: drawn.seed &+ round)
        let fixture = try EventsFixture()
        let attempt = try #require(try await fixture.run(1).first)
        let read = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    try await drain(fixture, attempt.job, from: place(0, 0), follow: true).text
                }
            }
            let journal = try JournalBytes(attempt, in: fixture.layout)
            var written = ""
            for number in 0..<200 {
                let text = String(
                    repeating: "\(number),", count: Int.random(in: 0...50, using: &random))
                let kind = UInt32.random(in: 2...4, using: &random)
                journal.add(kind, text)
                if kind != 4 { written += text }
                try journal.save(Int.random(in: 0...300, using: &random))
                fixture.output.ring(attempt.job)
                if number % 10 == 0 { fixture.output.beat() }
                await Task.yield()
            }
            journal.add(5, "exit")
            try journal.save()
            try await fixture.finish(attempt)
            fixture.output.ring(attempt.job)
            let texts = try await group.reduce(into: []) { $0.append($1) }
            return (texts, written)
        }
        #expect(read.0.count == 3)
        for text in read.0 {
            let isEqual = text == read.1
            #expect(isEqual, "JOBD_TEST_SEED=\(drawn.seed), \(text.count) of \(read.1.count)")
        }
    }

    @Test func goesOnWithTheNextAttempt() async throws {
        let fixture = try EventsFixture()
        let first = try #require(try await fixture.run(1).first)
        let one = try JournalBytes(first, in: fixture.layout)
        one.add(2, "first ")
        one.add(5, "exit")
        try one.save()
        async let following = drain(fixture, first.job, from: place(1, 0), follow: true)
        async let only = drain(
            fixture, first.job, from: place(1, 0), follow: true, onlyAttempt: true)
        let second = AttemptID(job: first.job, number: 2)
        let two = try JournalBytes(second, in: fixture.layout)
        try await startNextAttempt(of: first.job, fixture)
        fixture.output.ring(first.job)
        #expect(try await only.text == "first ")
        two.add(2, "second")
        two.add(5, "exit")
        try two.save()
        try await fixture.finish(second)
        fixture.output.ring(first.job)
        let read = try await following
        #expect(read.text == "first second")
        #expect(read.end == place(2, two.end + 1))
        // From the beginning, and from each attempt's own.
        #expect(try await drain(fixture, first.job, from: place(0, 0)).text == "first second")
        #expect(try await drain(fixture, first.job, from: place(2, 0)).text == "second")
        let stays = try await drain(fixture, first.job, from: place(1, 0), onlyAttempt: true)
        #expect(stays.text == "first ")
    }

    @Test func aJobThatHasNotStartedIsWaitedFor() async throws {
        let fixture = try EventsFixture()
        try await fixture.store.setDefaultSlots(1, ofQueue: JobSpec.defaultQueue)
        let job = try await fixture.store.submit(JobSpec(command: .shell("true")))
        #expect(try await drain(fixture, job.id, from: place(0, 0)).end == place(0, 1))
        async let following = drain(fixture, job.id, from: place(0, 0), follow: true)
        _ = try await fixture.store.claim(bootID: "boot", limit: 1)
        fixture.output.ring(job.id)
        let attempt = AttemptID(job: job.id, number: 1)
        let journal = try JournalBytes(attempt, in: fixture.layout)
        journal.add(2, "late")
        try journal.save()
        fixture.output.ring(job.id)
        try await fixture.finish(attempt)
        fixture.output.ring(job.id)
        #expect(try await following.text == "late")
    }

    @Test func aJobCancelledBeforeItStartedHasAnEnd() async throws {
        let fixture = try EventsFixture()
        let job = try await fixture.store.submit(JobSpec(command: .shell("true")))
        async let following = drain(fixture, job.id, from: place(0, 0), follow: true)
        _ = try await fixture.store.requestCancel(
            job.id, signal: nil, grace: nil, by: .anyone)
        fixture.output.ring(job.id)
        let read = try await following
        #expect(read.text == "" && read.end == place(0, 1))
    }

    @Test func aClosedListenerEndsTheFeed() async throws {
        let fixture = try EventsFixture()
        let attempt = try #require(try await fixture.run(1).first)
        for _ in 0..<100 {
            let listener = Listener()
            async let read = drain(
                fixture, attempt.job, from: place(1, 0), follow: true, listener: listener)
            listener.close()
            #expect(try await read.end == nil)
        }
    }

    @Test func aDeletedJobEndsTheFeed() async throws {
        let fixture = try EventsFixture()
        let missing = JobID(rawValue: 99)
        #expect(try await drain(fixture, missing, from: place(1, 0), follow: true).end == nil)
    }

    /// Much progress and no output: what is skipped is skipped without end.
    @Test func muchThatIsNoOutputIsSkipped() async throws {
        let fixture = try EventsFixture()
        let attempt = try #require(try await fixture.run(1).first)
        let journal = try JournalBytes(attempt, in: fixture.layout)
        let lines = String(repeating: "50%\n", count: 16_000)
        for _ in 0..<300 { journal.add(4, lines) }
        journal.add(2, "after")
        try journal.save()
        try await fixture.finish(attempt)
        #expect(try await drain(fixture, attempt.job, from: place(1, 0)).text == "after")
    }

    @Test(arguments: [
        ("2:10485", 2, 10_485), ("0:0", 0, 0), ("1:18446744073709551615", 1, UInt64.max),
    ])
    func aPlaceIsWrittenAsAttemptAndOffset(text: String, attempt: Int, offset: UInt64) {
        #expect(OutputPosition(text) == place(attempt, offset))
        #expect(place(attempt, offset).description == text)
    }

    @Test(arguments: [
        "", ":", "1", "1:", ":1", "1:2:3", "a:b", "-1:0", "1:-1", "1.5:0", "1: 2", " 1:2",
        "99999999999999999999:0", "1:99999999999999999999", "0x1:0", "1:2\n",
    ])
    func whatIsNoPlaceIsRefused(text: String) {
        #expect(OutputPosition(text) == nil)
    }

    /// A place that nobody gave, from a client that made it up.
    @Test(arguments: [1, 35, 1_000_000, UInt64.max])
    func aPlaceThatIsNoneGivesNothing(offset: UInt64) async throws {
        let fixture = try EventsFixture()
        let attempt = try #require(try await fixture.run(1).first)
        let journal = try JournalBytes(attempt, in: fixture.layout)
        journal.add(2, "text")
        try journal.save()
        try await fixture.finish(attempt)
        let reader = try #require(try fixture.output.reader(of: attempt))
        #expect(try !reader.isFrameBoundary(offset))
        #expect(
            try await drain(fixture, attempt.job, from: place(1, offset)).text.count(
                where: \.isNewline) == 0)
    }
}
