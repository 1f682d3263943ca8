import Foundation
import JobAPI
import Testing

@testable import JobControl

/// The live listing: what it knows, what it draws, what keys do.
@Suite struct ListScreenTests {
    private func job(
        _ id: Int64, _ state: JobResource.State = .queued, cursor: Int64 = 0
    ) throws -> JobResource {
        var job = try Samples.job()
        job.id = id
        job.state = state
        job.cursor = cursor
        return job
    }

    private func event(_ id: Int64, of job: Int64, _ rest: String) throws -> EventResource {
        let json = #"{"job":\#(job),"time":"2026-11-22T08:16:00.000Z","id":\#(id),\#(rest)}"#
        return try EventResource(json: Array(json.utf8))
    }

    // MARK: The model

    @Test func whatRunsIsOnTop() throws {
        var model = ListScreenModel()
        model.replace(with: [
            try job(3), try job(1, .running), try job(2, .failed), try job(4, .paused),
        ])
        #expect(model.visible(9).map(\.id) == [4, 1, 3, 2])
        #expect(model.apply(try event(10, of: 3, #""state":"running","attempt":1"#)))
        #expect(model.visible(9).map(\.id) == [4, 3, 1, 2])
        #expect(model.apply(try event(11, of: 1, #""state":"succeeded","exit_code":0"#)))
        #expect(model.visible(9).map(\.id) == [4, 3, 2, 1])
    }

    @Test func eventsThatAPageHasAlreadyChangeNothing() throws {
        var model = ListScreenModel()
        model.replace(with: [try job(1, .running, cursor: 20)])
        let before = model.visible(1)
        #expect(!model.apply(try event(20, of: 1, #""state":"queued""#)))
        #expect(model.visible(1) == before)
        #expect(!model.apply(try event(21, of: 1, #""fraction":0.9"#)))
        #expect(model.visible(1).first?.progress?.fraction == 0.9)
    }

    @Test func newJobsAreAskedForIfTheyMayBeListed() throws {
        var model = ListScreenModel(states: [.running])
        #expect(!model.apply(try event(1, of: 7, #""state":"queued""#)))
        #expect(!model.apply(try event(2, of: 7, #""fraction":0.5"#)))
        #expect(model.apply(try event(3, of: 7, #""state":"running""#)))
        #expect(model.count == 0)
        model.merge([try job(7, .running, cursor: 3)], asked: 7...7, changed: [7])
        #expect(model.visible(9).map(\.id) == [7])
        #expect(!model.apply(try event(4, of: 7, #""state":"succeeded""#)))
        #expect(model.count == 0)
    }

    @Test func aPartOfTheListingReplacesThatPart() throws {
        var model = ListScreenModel()
        model.replace(with: try [1, 2, 3, 4, 5].map { try job($0) })
        // 3 and 9 were asked for; 3 is listed no more, and 4 merely lay between.
        model.merge(
            [try job(9), try job(4, .failed), try job(1, .failed)], asked: 3...9, changed: [3, 9])
        #expect(model.visible(9).map(\.id) == [9, 5, 4, 2, 1])
        #expect(model.visible(9).map(\.state) == [.queued, .queued, .failed, .queued, .queued])
    }

    @Test func theOldestGoWhenThereAreTooMany() throws {
        var model = ListScreenModel(limit: 3)
        model.replace(with: [try job(1, .running), try job(2), try job(3), try job(4)])
        #expect(model.visible(9).map(\.id) == [1, 4, 3])
        model.merge([try job(5)], asked: 5...5, changed: [5])
        #expect(model.visible(9).map(\.id) == [1, 5, 4])
    }

    @Test func scrolling() throws {
        var model = ListScreenModel()
        model.replace(with: try (1...20).map { try job($0) })
        func top(_ keys: ListScreenKey...) -> Int64? {
            for key in keys { model.scroll(key, lines: 6) }
            return model.visible(6).first?.id
        }
        #expect(top(.up) == 20)
        #expect(top(.down, .down) == 18)
        #expect(top(.pageDown) == 13)
        #expect(top(.pageDown, .pageDown, .pageDown) == 6)
        #expect(top(.up) == 7)
        #expect(top(.end) == 6)
        #expect(model.range(6) == 15...20)
        // A larger terminal shows what there is, with no lines empty at its end.
        #expect(model.visible(15).count == 15)
        #expect(top(.home) == 20)
        model.replace(with: [try job(1)])
        #expect(top(.end) == 1)
        #expect(model.range(0) == nil)
    }

    // MARK: Frames

    private func frame(
        _ model: ListScreenModel, columns: Int = 60, rows: Int = 8
    ) -> [String] {
        ListScreenFrame(
            model, size: Console.Size(columns: columns, rows: rows), place: "unix:/s", now: 0,
            style: Style(isColored: false, isUnicode: false)
        ).lines
    }

    @Test func framesFitEveryTerminal() throws {
        var model = ListScreenModel()
        model.replace(with: try ListTableTests.jobs())
        for isAway in [false, true] {
            model.outage = isAway ? "connection refused" : nil
            for rows in 1...12 {
                for columns in [1, 2, 5, 20, 60, 132] {
                    let lines = frame(model, columns: columns, rows: rows)
                    #expect(lines.count == rows)
                    #expect(lines.allSatisfy { DisplayText.width($0) <= columns })
                }
            }
        }
    }

    @Test func headerAndFooter() throws {
        var model = ListScreenModel()
        model.replace(with: try (1...9).map { try job($0, $0 == 1 ? .running : .queued) })
        var lines = frame(model)
        #expect(lines.first == "jobd unix:/s  1 running, 8 queued")
        #expect(lines.last == "1-5 of 9   q quit   j k PgUp PgDn Home End")
        model.outage = "connection\u{1B}[2J refused"
        lines = frame(model, columns: 80)
        #expect(
            lines.first == "jobd unix:/s  lost the daemon (connection refused); waiting for it")
        model.replace(with: [])
        #expect(frame(model, rows: 5).suffix(3) == ["", "", "q quit"])
    }

    @Test func onlyWhatChangedIsSent() {
        var painter = ListScreenPainter()
        let size = Console.Size(columns: 20, rows: 3)
        let first = painter.update(["a", "b", ""], size: size)
        #expect(
            first
                == "\u{1B}[?2026h\u{1B}[2J\u{1B}[1;1Ha\u{1B}[K\u{1B}[2;1Hb\u{1B}[K\u{1B}[?2026l")
        #expect(painter.update(["a", "b", ""], size: size) == "")
        #expect(
            painter.update(["a", "", "c"], size: size)
                == "\u{1B}[?2026h\u{1B}[2;1H\u{1B}[K\u{1B}[3;1Hc\u{1B}[K\u{1B}[?2026l")
        #expect(painter.update(["a", "", "c"], size: Console.Size(columns: 9, rows: 3)) != "")
        painter.forget()
        #expect(
            painter.update(["a", "", "c"], size: Console.Size(columns: 9, rows: 3))
                .hasPrefix("\u{1B}[?2026h\u{1B}[2J"))
    }

    @Test func theTerminalShowsTheLastFrame() {
        var painter = ListScreenPainter()
        var screen = AddressedScreen()
        let size = Console.Size(columns: 20, rows: 4)
        let frames = [
            ["one", "two", "three", "four"], ["", "two", "a longer line", "4"],
            ["", "", "", ""], ["x", "", "y", ""],
        ]
        for frame in frames {
            screen.feed(painter.update(frame, size: size))
            #expect(screen.lines(4) == frame)
        }
    }

    @Test func outagesAreToldToWhoeverListens() async {
        let outages = ListScreenOutages()
        let first = outages.listen()
        outages.tell(.init(reason: "one", retryIn: .zero))
        outages.tell(.init(reason: "two", retryIn: .zero))
        // Whoever gave up listening must not take the news from the next one.
        let listening = Task { for await _ in outages.listen() {} }
        listening.cancel()
        await listening.value
        let last = outages.listen()
        outages.tell(.init(reason: "three", retryIn: .zero))
        // Listening ends where the next begins.
        _ = outages.listen()
        #expect(await first.reduce(into: []) { $0.append($1.reason) } == ["one"])
        #expect(await last.reduce(into: []) { $0.append($1.reason) } == ["three"])
    }

    // MARK: Keys

    @Test(
        arguments: [
            ("q", [.quit]), ("\u{3}", [.quit]), ("jk", [.down, .up]),
            ("\u{1B}[A\u{1B}[B", [.up, .down]), ("\u{1B}OA\u{1B}OB", [.up, .down]),
            ("\u{1B}[5~\u{1B}[6~", [.pageUp, .pageDown]), (" b", [.pageDown, .pageUp]),
            ("\u{1B}[H\u{1B}[F\u{1B}OH\u{1B}OF", [.home, .end, .home, .end]),
            ("\u{1B}[1~\u{1B}[4~\u{1B}[7~\u{1B}[8~", [.home, .end, .home, .end]),
            ("gG", [.home, .end]), ("\u{C}", [.redraw]),
            // With modifiers, function keys, pasted text, Alt and a letter: nothing
            // that would leave or get stuck.
            ("\u{1B}[15~zxü\u{1B}q", []), ("\u{1B}[200~j", [.down]), ("\u{1B}\u{1B}[A", [.up]),
        ] as [(String, [ListScreenKey])])
    func keys(_ text: String, _ keys: [ListScreenKey]) {
        var decoder = ListScreenKeyDecoder()
        #expect(decoder.keys(Array(text.utf8)) == keys)
    }

    @Test func keysInPieces() {
        var decoder = ListScreenKeyDecoder()
        #expect(decoder.keys(Array("\u{1B}[".utf8)) == [])
        #expect(decoder.keys(Array("5".utf8)) == [])
        #expect(decoder.keys(Array("~".utf8)) == [.pageUp])
        // Escape itself is a key that means nothing.
        #expect(decoder.keys([0x1B]) == [])
        #expect(decoder.keys(Array("q".utf8)) == [.quit])
        #expect(decoder.keys(Array("\u{1B}[".utf8) + [UInt8](repeating: 0x31, count: 99)) == [])
        #expect(decoder.keys(Array("q".utf8)) == [.quit])
    }

    // MARK: What is asked for

    @Test func rangesCoverWhatChangedAndLittleElse() {
        #expect(ListScreenRanges.ranges(of: []) == [])
        #expect(ListScreenRanges.ranges(of: [5]) == [5...5])
        #expect(ListScreenRanges.ranges(of: [5, 7, 6, 20, 900]) == [900...900, 5...20])
        #expect(ListScreenRanges.ranges(of: Set(1...2500)).map(\.count) == [1000, 1000, 500])
    }
}

/// As much of a terminal as the full screen uses: a cursor that is addressed, and
/// erasing.
private struct AddressedScreen {
    private var rows: [Int: [Character]] = [:]

    func lines(_ count: Int) -> [String] { (1...count).map { String(rows[$0] ?? []) } }

    mutating func feed(_ text: String) {
        var rest = Substring(text)
        var row = 0
        var column = 0
        while let character = rest.popFirst() {
            guard character == "\u{1B}" else {
                var line = rows[row] ?? []
                line.replaceSubrange(column..<min(column + 1, line.count), with: [character])
                rows[row] = line
                column += 1
                continue
            }
            rest.removeFirst()
            let parameters = rest.prefix { $0.isNumber || $0 == ";" || $0 == "?" }
            rest.removeFirst(parameters.count)
            switch rest.popFirst() {
            case "H":
                let numbers = parameters.split(separator: ";").compactMap { Int($0) }
                row = numbers[0]
                column = numbers[1] - 1
            case "K": rows[row] = Array((rows[row] ?? []).prefix(column))
            case "J": rows = [:]
            case "h", "l": break
            default: Issue.record("an unknown sequence")
            }
        }
    }
}
