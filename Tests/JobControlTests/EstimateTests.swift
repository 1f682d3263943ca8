import Foundation
import JobAPI
import Testing

@testable import JobControl

/// What is shown of a job that tells nothing itself.
@Suite struct EstimateTests {
    /// Half of a hundred seconds are over at 08:16:00.
    private static let made = 1_795_335_360.0

    private func job() throws -> JobResource {
        var job = try Samples.job()
        job.progress = ProgressResource(
            fraction: 0.5, etaSeconds: 50, source: "history",
            time: Date(timeIntervalSince1970: Self.made))
        return job
    }

    private func event(_ second: Int, _ members: String) throws -> EventResource {
        try EventResource(
            json: Array(
                """
                {"id":2000,"job":42,"attempt":1,"time":"2026-11-22T08:16:\
                \(second < 10 ? "0" : "")\(second).000Z",\(members)}
                """.utf8))
    }

    @Test func itIsMarked() throws {
        let job = try job()
        #expect(PlainLine.line(job) == "42 nightly copy: ~50%  50s left")
        #expect(
            LiveLine.line(job, columns: 60, isUnicode: false)
                .rendered(columns: nil, style: .plain)
                == "42 nightly copy  ######------ ~50%  50s left")
        let sheet = JobSheet.lines(job, now: Self.made, style: .plain)
        #expect(sheet.contains("progress   ~50%  50s left"))
        #expect(sheet.contains("source     history"))
        #expect(CompletionText.of(job) == "nightly copy (running, ~50%)")
        let measured = try Samples.job()
        #expect(PlainLine.line(measured).contains(": 42%  "))
    }

    @Test func theStreamBringsIt() throws {
        var job = try Samples.job()
        let estimate = try EstimateResource(
            json: Array(
                #"""
                {"job":42,"time":"2026-11-22T08:16:00.000Z","attempt":1,"fraction":0.5,
                "eta_seconds":50,"source":"history"}
                """#.utf8))
        job.apply(estimate)
        #expect(try job.progress == self.job().progress)
        #expect(job.cursor == 1093)
    }

    @Test func aMessageLeavesItAndNumbersEndIt() throws {
        var job = try job()
        job.apply(try event(1, #""fraction":null,"message":"reading","source":"json""#))
        #expect(PlainLine.line(job) == "42 nightly copy: ~50%  50s left  reading")
        #expect(job.cursor == 2000)
        job.apply(try event(2, #""done":3,"source":"counter""#))
        #expect(PlainLine.line(job) == "42 nightly copy: 3")
        job.apply(try event(3, #""message":"writing","source":"json""#))
        #expect(PlainLine.line(job) == "42 nightly copy: writing")
    }

    @Test(
        arguments: [
            (0, 0.5, 50), (10, 0.6, 40), (49, 0.99, 1), (50, 0.99, 0), (51, 0.99, nil),
            // The clocks differ.
            (-1, 0.5, 50), (61, 0.5, 50),
        ] as [(Double, Double, Double?)])
    func itGoesOnByItself(_ seconds: Double, _ fraction: Double, _ eta: Double?) throws {
        let later = try #require(try job().progress).advanced(to: Self.made + seconds)
        #expect(abs((later.fraction ?? -1) - fraction) < 1e-9)
        #expect(later.etaSeconds == eta)
        // The listing shows it so.
        let row = ListRow(try job(), now: Self.made + seconds)
        #expect(row.text(.progress) == "~\(Int((fraction * 100 + 1e-6).rounded(.down)))%")
        var measured = try #require(try job().progress)
        measured.source = "percent"
        #expect(measured.advanced(to: Self.made + seconds) == measured)
    }

    @Test func itStandsStillWithTheJob() throws {
        var job = try job()
        job.apply(try event(10, #""state":"paused""#))
        #expect(ListRow(job, now: Self.made + 40).text(.progress) == "~60%")
        job.apply(try event(50, #""state":"running""#))
        #expect(ListRow(job, now: Self.made + 60).text(.progress) == "~70%")
    }
}
