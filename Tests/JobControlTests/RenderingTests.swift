import Foundation
import JobAPI
import Testing

@testable import JobControl

/// What is put on a terminal.
@Suite struct RenderingTests {
    @Test(
        arguments: [
            (0, "0.0s"), (0.42, "0.4s"), (9.94, "9.9s"), (9.96, "10s"), (59.4, "59s"),
            (60, "1m 00s"),
            (303, "5m 03s"), (3599.6, "1h 00m"), (7500, "2h 05m"), (86_400, "1d 00h"),
            (273_600, "3d 04h"), (-5, "0.0s"), (.infinity, "?"), (.nan, "?"),
        ] as [(Double, String)])
    func durations(_ seconds: Double, _ text: String) {
        #expect(Quantity.duration(seconds) == text)
    }

    @Test(
        arguments: [
            (0, "0 B"), (512, "512 B"), (1023, "1023 B"), (1024, "1 KiB"), (1536, "1.5 KiB"),
            (1_048_575, "1 MiB"), (67_108_864, "64 MiB"), (3.4e9, "3.2 GiB"), (1e30, "?"),
        ] as [(Double, String)])
    func bytes(_ count: Double, _ text: String) {
        if text == "?" {
            #expect(Quantity.bytes(count).hasSuffix("PiB"))
        } else {
            #expect(Quantity.bytes(count) == text)
        }
    }

    @Test(
        arguments: [
            (0, "0%"), (0.29, "29%"), (0.999, "99%"), (1, "100%"), (1.5, "100%"), (-1, "0%"),
            (.nan, "?"),
        ] as [(Double, String)])
    func percent(_ fraction: Double, _ text: String) {
        #expect(Quantity.percent(fraction) == text)
    }

    @Test(arguments: [0.0, 0.001, 0.3, 0.5, 0.999, 1, 2, -1, .nan])
    func barsHaveTheirWidth(_ fraction: Double) {
        for columns in [0, 1, 7, 30] {
            for isUnicode in [true, false] {
                let bar = Bar.text(fraction, columns: columns, isUnicode: isUnicode)
                #expect(DisplayText.width(bar) == columns)
                let isFull = bar.allSatisfy { $0 == "█" || $0 == "#" }
                #expect(columns == 0 || isFull == (fraction >= 1))
            }
        }
    }

    @Test func barShapes() {
        #expect(Bar.text(0.5, columns: 4, isUnicode: false) == "##--")
        #expect(Bar.text(0.5, columns: 4, isUnicode: true) == "██░░")
        #expect(Bar.text(0.3, columns: 4, isUnicode: true) == "█▏░░")
    }

    @Test(arguments: [
        ("plain ü 日本", "plain ü 日本"), ("a\nb\tc\rd", "a b c d"), ("\u{1B}[31mred\u{1B}[0m", "red"),
        ("\u{1B}]0;title\u{07}x", "x"), ("\u{1B}]8;;http://a\u{1B}\\link", "link"),
        ("\u{9B}2Jx", "x"), ("a\u{0}\u{7F}\u{85}b", "ab"), ("\u{202E}evil\u{2066}", "evil"),
        ("\u{1B}(Bx", "x"), ("end\u{1B}", "end"), ("\u{1B}[12", ""),
    ])
    func controlsAreTakenOut(_ text: String, _ clean: String) {
        #expect(DisplayText.clean(text) == clean)
    }

    @Test func widths() {
        #expect(DisplayText.width("abc") == 3)
        #expect(DisplayText.width("日本") == 4)
        #expect(DisplayText.width("e\u{301}") == 1)
        #expect(DisplayText.width("🚀") == 2)
        #expect(DisplayText.width("✅ ⚡ ❌") == 8)
        // As terminals draw them, each scalar by itself.
        #expect(DisplayText.width("🇩🇪") == 2)
        #expect(DisplayText.width("✔\u{FE0F}") == 1)
        #expect(DisplayText.fit("abcdef", 4) == "abc~")
        #expect(DisplayText.fit("日本語", 5, style: Style(isColored: false, isUnicode: true)) == "日本…")
        #expect(DisplayText.fit("日本語", 4) == "日~")
        #expect(DisplayText.fit("abc", 3) == "abc")
        #expect(DisplayText.fit("abc", 0) == "")
        #expect(DisplayText.pad("日", 4) == "日  ")
        #expect(DisplayText.pad("7", 3, alignedRight: true) == "  7")
    }

    @Test func tableFitsItsWidth() {
        var table = Table([
            Table.Column(title: "ID", isAlignedRight: true), Table.Column(title: "STATE"),
            Table.Column(title: "JOB", isFlexible: true),
        ])
        table.append([
            Table.Cell("7"), Table.Cell("failed", .red), Table.Cell("a rather long name"),
        ])
        table.append([Table.Cell("12"), Table.Cell("ok"), Table.Cell("b")])
        #expect(
            table.lines(width: nil, style: .plain) == [
                "ID  STATE   JOB", " 7  failed  a rather long name", "12  ok      b",
            ])
        #expect(
            table.lines(width: 24, style: .plain) == [
                "ID  STATE   JOB", " 7  failed  a rather lo~", "12  ok      b",
            ])
        let colored = table.lines(width: nil, style: Style(isColored: true, isUnicode: true))
        #expect(colored[1] == " 7  \u{1B}[31mfailed\u{1B}[0m  a rather long name")
    }

    @Test func quoting() {
        #expect(ShellQuoting.line(.shell("a | b")) == "a | b")
        #expect(
            ShellQuoting.line(.arguments(["ls", "-l", "a b", "it's", "", "$x", "ü=1"]))
                == #"ls -l 'a b' 'it'\''s' '' '$x' ü=1"#)
    }

    @Test func progressInWords() {
        let whole = ProgressResource(
            fraction: 0.42, done: 42, total: 100, unit: "files", message: "a\u{1B}[2J.txt",
            rate: 3.1, etaSeconds: 18.7)
        #expect(ProgressText.line(whole) == "42%  42/100 files  3.1 files/s  19s left  a.txt")
        let bytes = ProgressResource(
            fraction: 0.5, done: 1_048_576, total: 2_097_152, unit: "bytes", rate: 1536)
        #expect(ProgressText.line(bytes) == "50%  1 MiB of 2 MiB  1.5 KiB/s")
        #expect(ProgressText.line(ProgressResource(done: 7, unit: "files")) == "7 files")
        #expect(ProgressText.line(ProgressResource(fraction: 0.5, rate: 0.01)) == "50%")
        #expect(ProgressText.line(ProgressResource(message: "thinking")) == "thinking")
        #expect(ProgressText.line(ProgressResource()) == "in progress")
    }

    @Test func jobsInWords() throws {
        var job = try Samples.job()
        #expect(
            PlainLine.line(job)
                == "42 nightly copy: 42%  42/100 files  3.1 files/s  19s left  a.txt")
        job.state = .succeeded
        job.finishedAt = job.startedAt?.addingTimeInterval(12)
        #expect(PlainLine.line(job) == "42 nightly copy: succeeded in 12s")
        job.state = .failed
        job.failure = .signal
        job.signal = 9
        #expect(
            PlainLine.line(job) == "42 nightly copy: failed after 12s: ended by signal 9 (KILL)")
        job.failure = .unstartable
        job.error = "Cannot run 'x': No such file or directory."
        #expect(
            PlainLine.line(job)
                == "42 nightly copy: failed: Cannot run 'x': No such file or directory.")
        job.name = nil
        job.state = .queued
        #expect(PlainLine.line(job) == "42 rsync -a src/ dst/: queued")
    }

    @Test func sheetLeavesOutWhatIsNotKnown() throws {
        let job = try Samples.job()
        let lines = JobSheet.lines(job, now: 1_795_335_400, style: .plain)
        #expect(lines.contains("state      running"))
        #expect(lines.contains("command    rsync -a src/ dst/"))
        #expect(lines.contains("ran for    1m 09s"))
        #expect(lines.contains("attempt    1 of 3"))
        #expect(lines.contains("labels     app=shop"))
        #expect(lines.contains("memory     10 MiB"))
        #expect(!lines.contains { $0.hasPrefix("exit code") || $0.hasPrefix("finished") })
        #expect(!lines.contains { $0.hasPrefix("owner") || $0.hasPrefix("definition") })
        var owned = job
        owned.owner = "token:ci\u{1b}[2K"
        let sheet = JobSheet.lines(owned, now: 1_795_335_400, style: .plain)
        let line = try #require(sheet.first { $0.hasPrefix("owner      token:ci") })
        #expect(!line.contains("\u{1b}"))
    }

    @Test func anEventSaysWhoDidIt() throws {
        func line(_ members: String) throws -> String {
            let event = try EventResource(
                json: Array(
                    #"{"id":9,"job":42,"time":"2026-11-22T08:16:00.000Z",\#(members)}"#.utf8))
            return String(PlainLine.line(event).split(separator: "  ", maxSplits: 2).last ?? "")
        }
        #expect(
            try line(#""action":"signal","state":"running","attempt":1,"by":"token:ci""#)
                == "signal  by token:ci")
        #expect(try line(#""state":"paused","attempt":1,"by":"user:0""#) == "paused  by user:0")
        #expect(try line(#""state":"running","attempt":1"#) == "running")
        let hostile = try line(
            #""action":"a\n\u001b[2K","state":"running","attempt":1,"by":"token:\n\u001b[2Kx""#)
        #expect(!hostile.contains("\u{1b}") && !hostile.contains("\n"))
    }

    @Test func anActionLeavesAJobAsItIs() throws {
        var job = try Samples.job()
        let before = job
        let members = #""action":"cancel","state":"running","attempt":1,"by":"token:ci""#
        job.apply(
            try EventResource(
                json: Array(
                    #"{"id":2000,"job":42,"time":"2026-11-22T08:16:00.000Z",\#(members)}"#.utf8)))
        #expect(job.cursor == 2000)
        job.cursor = before.cursor
        #expect(job == before)
    }

    @Test func liveLineFits() throws {
        let job = try Samples.job()
        for columns in [20, 40, 80, 200] {
            let line = LiveLine.line(job, columns: columns, isUnicode: true)
            let text = line.rendered(
                columns: columns - 1, style: Style(isColored: false, isUnicode: true))
            #expect(DisplayText.width(text) <= columns - 1)
            #expect(text.hasPrefix("42 nightly"))
        }
        let line = LiveLine.line(job, columns: 80, isUnicode: false)
        #expect(
            line.rendered(columns: nil, style: .plain)
                == "42 nightly copy  ######----------  42%  "
                + "42/100 files  3.1 files/s  19s left  a.txt")
    }

    @Test func eventsUpdateAJob() throws {
        var job = try Samples.job()
        func event(_ json: String) throws -> EventResource {
            try EventResource(
                json: Array(
                    #"{"job":42,"time":"2026-11-22T08:16:00.000Z","id":2000,\#(json)}"#.utf8))
        }
        job.apply(try event(#""attempt":2,"state":"running""#))
        #expect(job.attempt == 2)
        #expect(job.progress == nil)
        job.apply(try event(#""attempt":2,"fraction":0.9"#))
        #expect(job.progress?.fraction == 0.9)
        job.apply(try event(#""state":"paused""#))
        job.apply(try event(#""state":"running""#))
        #expect(job.progress?.fraction == 0.9)
        job.apply(try event(#""state":"failed","exit_code":3,"failure":"exit""#))
        #expect(job.exitCode == 3)
        #expect(job.state == .failed)
        #expect(job.cursor == 2000)
        #expect(job.finishedAt != nil)
    }
}
