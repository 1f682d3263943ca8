import JobModel
import ProgressRecognition
import Testing

/// What the recordings of tqdm, Keras and the like do not show.
@Suite struct BarLibraryTests {
    private func frames(_ texts: [String]) -> [Progress] {
        record(texts.enumerated().map { Frame($1, .stderr, at: Int64($0) * 200) }).map(\.progress)
    }

    /// A bar that only follows one that was broken off is not within it.
    @Test func aBarAfterOneThatWasBrokenOff() {
        let told = frames([
            "\r  0%|          | 0/10 [00:00<?, ?it/s]",
            "\r 30%|███       | 3/10 [00:01<00:02,  3.00it/s]",
            "\n\r  0%|          | 0/4 [00:00<?, ?it/s]",
            "\r 50%|█████     | 2/4 [00:00<00:00,  4.00it/s]",
            "\r100%|██████████| 4/4 [00:01<00:00,  4.00it/s]\n",
        ])
        #expect(told.map(\.fraction) == [0, 0.3, 0, 0.5, 1])
    }

    /// The description that names the epoch makes an outer level.
    @Test func epochsInTheDescription() {
        let told = frames([
            "\rEpoch 1/4 [train]:  50%|█████     | 5/10 [00:01<00:01,  5.00it/s]",
            "\rEpoch 1/4 [train]: 100%|██████████| 10/10 [00:02<00:00,  5.00it/s]",
            "\n\rEpoch 1/4 [check]:   0%|          | 0/3 [00:00<?, ?it/s]",
            "\rEpoch 1/4 [check]: 100%|██████████| 3/3 [00:01<00:00,  3.00it/s]",
            "\n\rEpoch 2/4 [train]:  50%|█████     | 5/10 [00:01<00:01,  5.00it/s, loss=0.5]",
        ])
        #expect(told.map(\.fraction) == [0.125, 0.25, 0.25, 0.375])
        #expect(told.last?.message == "Epoch 2/4 [train]")
        #expect(told.last?.unit == "epochs")
    }

    /// A line before the bars does so too; epochs may be counted from zero.
    @Test func epochsInALineOfTheirOwn() {
        let told = frames([
            "Epoch 0/4\n", "\r 50%|█████     | 5/10 [00:01<00:01,  5.00it/s]",
            "\nEpoch 1/4\n", "\r 50%|█████     | 5/10 [00:01<00:01,  5.00it/s]",
        ])
        #expect(told.map(\.fraction) == [0.125, 0.375])
    }

    @Test(arguments: [
        (" 42%|████▏     | 42/100 [00:04<00:06, 10.00keys/s]", "0.42 42.0/100.0 keys"),
        ("12.0keys [00:04,  3.00keys/s]", "nil 12.0/? keys"),
        ("1.50kit [00:04, 375it/s]", "nil 1500.0/? iterations"),
        (
            "copy 50% more:  42%|████▏     | 42/100 [00:04<00:06, 10.00it/s]",
            "0.42 42.0/100.0 iterations 'copy 50% more'"
        ),
        (" 42%|####2     | 42/100 [00:04<00:06]", "0.42 42.0/100.0"),
        ("100%|█████████| 8.58M/8.58M [1:02:03<00:00, 5MB/s]", "1.0 8580000.0/8580000.0 bytes"),
        (" 99%|█████████▉| 8.58M/8.58M [00:01<00:00, 5.31MB/s]", "0.99 8580000.0/8580000.0 bytes"),
        ("13it [00:05,  2.50it/s]", "nil 13.0/? iterations"),
    ])
    func tqdmLines(_ line: String, _ expected: String) {
        #expect(readings(of: [line]).map(told) == [expected])
    }

    @Test(arguments: [
        "took [00:05, fast]", "a.txt [00:05<00:10, 3 files]", "[00:05, 3it/s]",
        "x [10:33:01, 3it/s]",
        "total: 42it [00:05<00:10, 10.0it/s]", "8 jobs [12:30]",
    ])
    func notTqdm(_ line: String) {
        #expect(readings(of: [line, line]) == [])
    }

    /// One line for each epoch; and `Epoch 3/10` alone is left to the counter
    /// until a bar shows whose it is.
    @Test func kerasWithoutBars() {
        let told = readings(
            of: [
                "Epoch 1/4", "9/9 - 1s - 103ms/step - loss: 0.0587",
                "Epoch 2/4", "9/9 - 1s - loss: 0.0475 - 1s/epoch - 102ms/step",
            ]
        ).map(\.fraction)
        #expect(told == [0.25, 0.25, 0.5])
        #expect(readings(of: ["Epoch 1/4", "Epoch 2/4"]).map(\.source) == [.counter])
        #expect(readings(of: ["9/9 - 1s", "3/9 - done"]).allSatisfy { $0.source == .counter })
    }

    /// A task whose row is gone does not hide the next.
    @Test func richTasksComeAndGo() {
        let bar = "━━━━━━━━━━━━━━━━━━━━"
        let told = frames([
            "\r\u{1B}[2Ka \(bar)  50% 0:00:01",
            "\r\u{1B}[2Ka \(bar)  60% 0:00:01\r\nb \(bar)  10% 0:00:09",
            "\r\u{1B}[2K\u{1B}[1A\u{1B}[2Kb \(bar)  20% 0:00:08",
            "\r\u{1B}[2Kb2 \(bar)  30% 0:00:07", "\r\u{1B}[2K",
        ])
        #expect(told.map(\.fraction) == [0.5, 0.6, 0.2, 0.3])
        #expect(told.map(\.message) == ["a", "a", "b", "b2"])
    }
}
