import JobModel
import ProgressRecognition
import Testing

@Suite struct GeneralFormTests {
    @Test(arguments: [
        ("42%", "0.42"), ("  42%  ", "0.42"), ("42.0 %", "0.42"), ("42,5%", "0.425"),
        ("0%", "0.0"), ("100%", "1.0"), ("100.00%", "1.0"),
        ("0% complete", "0.0"), ("  5% complete", "0.05"), ("42% Complete.", "0.42"),
        ("42% copying a.txt", "0.42 'copying a.txt'"),
        ("42%: copying", "0.42 'copying'"), ("42% - copying", "0.42 'copying'"),
        ("[ 42%] Building C object", "0.42 'Building C object'"), ("(42%) a.txt", "0.42 'a.txt'"),
        ("[42%]", "0.42"),
        ("[#####     ] 42%", "0.42"), ("[=====>    ]  42% ETA 5s", "0.42 'ETA 5s'"),
        ("|█████     | 42.5%", "0.425"), ("#######                42.5%", "0.425"),
        ("Progress: 42%", "0.42"), ("progress 42 %", "0.42"), ("Progress = [42%]", "0.42"),
        ("Completed 42%", "0.42"), ("done: 42% (a.txt)", "0.42 '(a.txt)'"),
        ("[3/10] compiling", "0.3 3.0/10.0 'compiling'"), ("[3/10]", "0.3 3.0/10.0"),
        ("[ 3/10] x", "0.3 3.0/10.0 'x'"), ("[03/10] x", "0.3 3.0/10.0 'x'"),
        ("(3/10) a.txt", "0.3 3.0/10.0 'a.txt'"), ("[3 of 10]", "0.3 3.0/10.0"),
    ])
    func believedAtOnce(_ line: String, _ expected: String) {
        let rows = record([Frame(line + "\n")])
        #expect(rows.map { told($0.progress) } == [expected])
    }

    @Test(arguments: [
        ["1/3", "2/3", "3/3"], ["1 of 3", "2 of 3", "3 of 3"], ["1/3 a", "2/3 b", "3/3 c"],
        ["1 out of 3", "2 out of 3", "3 out of 3"],
        ["Step 1/3: unpack", "Step 2/3: build", "Step 3/3: test"],
        ["Processing 1 of 3", "Processing 2 of 3", "Processing 3 of 3"],
        ["Epoch 1/3", "Epoch 2/3", "Epoch 3/3"],
        ["copying a (1/3)", "copying b (2/3)", "copying c (3/3)"],
    ])
    func countersFromTheSecondLine(_ lines: [String]) {
        let expected: [Double] = [2.0 / 3, 1]
        #expect(readings(of: lines).map(\.fraction) == expected)
        #expect(readings(of: lines).allSatisfy { $0.source == .counter })
        // Also when all of it comes in one piece.
        #expect(
            record([Frame(lines.joined(separator: "\n"))]).map(\.progress.fraction) == expected)
    }

    @Test(arguments: [
        ["Copying files: 10%", "Copying files: 20%", "Copying files: 15%"],
        ["  10%  a.txt", "  20%  a.txt", "  15%  b.txt"],
        ["backup is 10% complete", "backup is 20% complete", "backup is 15% complete"],
    ])
    func weakPercentagesOnceTheyRiseInTime(_ lines: [String]) {
        #expect(readings(of: lines).map(\.fraction) == [0.2, 0.15])
        #expect(record([Frame(lines.joined(separator: "\n") + "\n")]) == [])
    }

    @Test(arguments: [
        // The same words after the number, or rising again and again.
        (["10% at 1 MB/s, 9 s", "20% at 2 MB/s, 8 s", "15% of b"], [0.2]),
        (["1% to a or b", "2% to c or d", "3% to e or f", "4% to g or h"], [0.04]),
        (["1% to a or b", "2% to c or d", "1% to e or f", "4% to g or h"], []),
        (["a.txt (1/3)", "b.txt (2/3)", "c.txt (3/3)"], [1]),
    ])
    func believedOnlyOnMoreEvidence(_ lines: [String], _ expected: [Double]) {
        #expect(readings(of: lines).map(\.fraction) == expected)
    }

    @Test func nothingIsReadWhileAProgramHasTheWholeScreen() {
        let text = "\u{1B}[?1049h\u{1B}[3;4H42%\u{1B}[4;4H43%\u{1B}[?1049l\r44%\n"
        #expect(record([Frame(text)]).map(\.progress.fraction) == [0.44])
        let bar = "\u{1B}[?1049h\u{1B}]9;4;1;10\u{7}\u{1B}[3;4H42%\u{1B}[4;4H"
        #expect(record([Frame(bar)]).map(\.progress.fraction) == [0.1])
    }

    @Test func theSeedExampleShowsFromItsFirstLine() {
        var tracker = ProgressTracker(intervalMicroseconds: 100_000, resumed: nil)
        for percent in stride(from: 0, through: 100, by: 5) {
            let rows = tracker.rows(Frame("\(percent)% complete\n", at: Int64(percent) * 100))
            #expect(rows.map { told($0.progress) } == ["\(Double(percent) / 100)"])
            #expect(tracker.due == nil)
        }
    }

    @Test func framesDrawnOverEachOtherNeedLess() {
        #expect(
            record([
                Frame("\rReading a  5%", at: 0), Frame("\rReading a  9%", at: 200),
                Frame("\r3/10", at: 400), Frame("\n", at: 600),
            ]).map(\.progress.fraction) == [0.09, 0.3])
        #expect(
            record([
                Frame("x\u{1B}[2K\u{1B}[1G3/10\u{1B}[1Gy", at: 0), Frame("\n", at: 200),
            ]).map(\.progress.fraction) == [0.3])
    }

    @Test func countingInPlaceWithBackspaces() {
        let back = String(repeating: "\u{8}", count: 5)
        let text = "Writing tables:  1/80\(back) 2/80\(back)10/80\(back)done \n"
        #expect(record([Frame(text)]).isEmpty)
        let counted = "Writing  1/80\(back) 2/80\(back)10/80\(back)done \n"
        #expect(record([Frame(counted)]).map(\.progress.done) == [2, 10])
    }

    @Test func messagesDropTheWordThatOnlyRepeatsTheNumber() {
        let told = readings(
            of: ["1% complete", "2% completed!", "3% done.", "4% done with a", "5% finished"]
        ).map(told)
        #expect(told == ["0.01", "0.02", "0.03", "0.04 'done with a'", "0.05 'finished'"])
    }
}
