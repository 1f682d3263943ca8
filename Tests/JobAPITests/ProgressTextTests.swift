import JobAPI
import JobModel
import Testing

/// `format=text`: a reading in words.
@Suite struct ProgressTextTests {
    /// A command that prints `29%` must not be shown as 28: 29 / 100 × 100 is a
    /// little less than 29.
    @Test(arguments: 0...100)
    func aWholePercentageStaysWhatItWas(percent: Int) {
        let progress = Progress(fraction: Double(percent) / 100, source: .percent)
        #expect(EventEncoding.text(of: progress) == "\(percent)% complete")
    }

    /// The same for counts, which is how many tools tell it.
    @Test func aWholePercentageOfACountStaysWhatItWas() {
        for total in [3, 7, 50, 200, 300, 700, 1000, 12_345] {
            for done in 0...total where done * 100 % total == 0 {
                let fraction = Double(done) / Double(total)
                let progress = Progress(fraction: fraction, source: .counter)
                #expect(
                    EventEncoding.text(of: progress) == "\(done * 100 / total)% complete",
                    "\(done)/\(total)")
            }
        }
    }

    @Test(arguments: [
        (Progress(fraction: 0.999, source: .json), "99% complete"),
        (Progress(fraction: 0.0099, source: .json), "0% complete"),
        (Progress(fraction: 0.42, message: "a.txt", source: .json), "42% complete a.txt"),
        (Progress(fraction: 0.42, message: "", source: .json), "42% complete"),
        (Progress(fraction: 1, done: 3, total: 3, source: .json), "100% complete"),
        (Progress(done: 3, total: 10, source: .json), "3 of 10"),
        (Progress(done: 3, total: 10, unit: "files", source: .json), "3 of 10 files"),
        (Progress(done: 2.5, unit: "GB", message: "x", source: .json), "2.5 GB x"),
        (Progress(done: 4_000_000_000, source: .json), "4000000000"),
        (Progress(message: "busy", source: .json), "busy"),
        (Progress(total: 10, source: .json), ""),
    ])
    func saysWhatIsKnown(progress: Progress, text: String) {
        #expect(EventEncoding.text(of: progress) == text)
    }
}
