import Foundation
import JobAPI
import Testing

@testable import JobControl

/// Listings, on a terminal and elsewhere.
@Suite struct ListTableTests {
    static let now = 1_795_335_400.0
    private let unicode = Style(isColored: false, isUnicode: true)

    /// One job in each state, some with much to say.
    static func jobs() throws -> [JobResource] {
        let running = try Samples.job()
        func job(_ id: Int64, _ state: JobResource.State) -> JobResource {
            var job = running
            job.id = id
            job.state = state
            job.progress = nil
            job.startedAt = nil
            return job
        }
        var waiting = job(43, .waiting)
        waiting.waitingFor = "retry"
        waiting.eligibleAt = Date(timeIntervalSince1970: now + 4)
        waiting.failure = .exit
        waiting.exitCode = 3
        var failed = job(41, .failed)
        failed.name = "日本語のとても長い名前のジョブ"
        failed.failure = .signal
        failed.signal = 9
        failed.progress = ProgressResource(fraction: 0.5)
        return [job(1000, .queued), waiting, running, failed, job(40, .succeeded)]
    }

    private func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }

    private func text(_ jobs: [JobResource], width: Int, isLive: Bool = false) -> [String] {
        let table = ListTable(jobs, now: Self.now, width: width, style: unicode, isLive: isLive)
        return ([table.titles] + table.lines).map { $0.rendered(columns: nil, style: unicode) }
    }

    @Test(arguments: [true, false])
    func noLineIsLongerThanTheTerminal(isLive: Bool) throws {
        let jobs = try Self.jobs()
        for width in 17...200 {
            for line in text(jobs, width: width, isLive: isLive) {
                #expect(DisplayText.width(line) <= width)
            }
        }
    }

    @Test func aWideTerminalShowsAll() throws {
        let lines = text(try Self.jobs(), width: 132)
        #expect(lines[0].hasPrefix("  ID  STATE      JOB         "))
        #expect(lines[1] == "1000  queued     nightly copy" + spaces(56) + "1m")
        #expect(
            lines[2] == "  43  waiting    nightly copy" + spaces(56)
                + "1m  retry 2/3 in 4.0s: exit code 3")
        #expect(
            lines[3] == "  42  running    nightly copy" + spaces(20)
                + "████████▍░░░░░░░░░░░  42%  1m 09s   1m  "
                + "19s left  42/100 files  3.1 files/s  a.txt")
        #expect(
            lines[4] == "  41  failed     日本語のとても長い名前のジョブ" + spaces(24)
                + "50%           1m  ended by signal 9 (KILL)")
        #expect(lines[5] == "  40  succeeded  nightly copy" + spaces(56) + "1m")
    }

    @Test func whatIsWorthLessGoesFirst() throws {
        let jobs = try Self.jobs()
        func columns(_ width: Int) -> Set<ListTable.Column> {
            let table = ListTable(jobs, now: Self.now, width: width, style: unicode)
            return Set(table.columns.map(\.column))
        }
        #expect(columns(132) == [.id, .state, .job, .progress, .time, .age, .detail])
        #expect(!columns(60).contains(.age))
        #expect(columns(40).isSuperset(of: [.id, .state, .job, .progress]))
        #expect(columns(20).isSuperset(of: [.id, .state]))
        // A narrower terminal never shows what a wider one does not.
        for width in 18...200 { #expect(columns(width - 1).isSubset(of: columns(width))) }
    }

    @Test func queuesAreShownWhenTheyTellSomething() throws {
        var jobs = try Self.jobs()
        jobs[0].queue = "gpu"
        #expect(text(jobs, width: 140)[0].contains("QUEUE"))
        #expect(!text(try Self.jobs(), width: 140)[0].contains("QUEUE"))
    }

    @Test func aLiveTableKeepsItsColumns() throws {
        var jobs = try Self.jobs()
        let titles = text(jobs, width: 120, isLive: true)[0]
        jobs[2].progress?.etaSeconds = 100_000
        jobs[2].progress?.message = "a much longer message than there was before it"
        jobs[4].state = .queued
        #expect(text(jobs, width: 120, isLive: true)[0] == titles)
    }

    @Test func colorsAreThoseOfTheStates() throws {
        let style = Style(isColored: true, isUnicode: true)
        let table = ListTable(try Self.jobs(), now: Self.now, width: 100, style: style)
        let lines = table.lines.map { $0.rendered(columns: nil, style: style) }
        #expect(lines[2].contains("\u{1B}[36mrunning\u{1B}[0m"))
        #expect(lines[3].contains("\u{1B}[31mfailed\u{1B}[0m"))
        #expect(lines[3].contains("\u{1B}[31mended by signal 9 (KILL)\u{1B}[0m"))
    }

    @Test func elsewhereLinesHaveAllOfTheirText() throws {
        var jobs = Array(try Self.jobs()[2...3])
        jobs[0].name = String(repeating: "long ", count: 60)
        let lines = ListLines.lines(jobs, now: Self.now)
        #expect(lines[0].hasPrefix("ID  STATE    PROGRESS    TIME  AGE  QUEUE    DETAILS"))
        #expect(lines[1].hasPrefix("42  running  42%       1m 09s   1m  default  19s left"))
        #expect(lines[1].hasSuffix(String(repeating: "long ", count: 60)))
        #expect(
            lines[2].hasPrefix("41  failed   50%            -   1m  default  ended by signal 9"))
        #expect(!lines.joined().contains("█"))
    }

    @Test func waitingJobsSayForWhat() throws {
        var job = try Self.jobs()[1]
        func text() -> String { ListDetail.text(job, now: Self.now) }
        #expect(text() == "retry 2/3 in 4.0s: exit code 3")
        job.waitingFor = "time"
        #expect(text() == "starts in 4.0s")
        job.eligibleAt = Date(timeIntervalSince1970: Self.now + 90_000)
        #expect(text() == "until \(TimeText.local(Date(timeIntervalSince1970: Self.now + 90_000)))")
        job.waitingFor = "jobs"
        job.after = [7, 8]
        #expect(text() == "after 7, 8")
        job.after = [1, 2, 3, 4, 5, 6]
        #expect(text() == "after 1, 2, 3, 4 and 2 more")
    }

    @Test func runningJobsSayHowLongTheyTake() throws {
        var job = try Samples.job()
        func text() -> String { ListDetail.text(job, now: Self.now) }
        #expect(text() == "19s left  42/100 files  3.1 files/s  a.txt")
        job.progress?.time = Date(timeIntervalSince1970: Self.now - 8)
        #expect(text() == "11s left  42/100 files  3.1 files/s  a.txt")
        job.attempt = 2
        job.cancelRequestedAt = job.startedAt
        job.progress = nil
        #expect(text() == "ending  attempt 2/3")
        job.cancelRequestedAt = nil
        job.state = .paused
        job.progress = ProgressResource(done: 5, total: 9, rate: 1, etaSeconds: 4)
        #expect(text() == "attempt 2/3  5/9")
    }

    @Test func summary() throws {
        func text(_ jobs: [JobResource]) -> String {
            ListSummary.line(jobs).rendered(columns: nil, style: .plain)
        }
        #expect(text(try Self.jobs()) == "1 running, 1 queued, 1 waiting, 1 failed, 1 succeeded")
        #expect(text([]) == "no jobs")
    }

    @Test func estimatesAreMarked() throws {
        var job = try Samples.job()
        job.progress?.source = "history"
        #expect(ListRow(job, now: Self.now).text(.progress) == "~42%")
        job.progress = ProgressResource(done: 7, unit: "files")
        #expect(ListRow(job, now: Self.now).text(.progress) == "7 files")
    }
}
