import JobModel
import ProgressRecognition
import Testing

/// What the recordings of tools that transfer files do not show.
@Suite struct TransferFormTests {
    // MARK: rsync

    /// Another run begins anew; lines outside a run are no names.
    @Test func rsyncTwice() {
        let told = readings(of: [
            "sending incremental file list", "a.bin",
            "         32.00K   1%    0.00kB/s    0:00:00  ",
            "          1.00M 100%   10.00MB/s    0:00:00 (xfr#1, to-chk=0/1)",
            "sent 1.00M bytes  received 35 bytes  2.00M bytes/sec", "next",
            "         32.77K   1%    0.00kB/s    ??:??:??  ",
            "          1.00M 100%   10.00MB/s    0:00:00 (xfer#1, to-check=0/1)",
        ])
        #expect(told.map(\.done) == [32_768, 1_048_576, 32_770, 1_000_000])
        #expect(told.map(\.message) == ["a.bin", "a.bin", nil, nil])
    }

    // MARK: wget

    @Test func wgetRowsOfOtherStyles() {
        let row = "........ ........ ........ ........ ........ ........"
        let told = readings(of: [
            "Length: 1000000000 (954M)", "Saving to: 'a b.iso'",
            "     0K \(row)  0%  150K 1h48m", "  3072K \(row)  0%  151K 1h47m",
        ])
        #expect(told.map(\.done) == [nil, 6_291_456])
        #expect(told.map(\.etaSeconds) == [6480, 6420])
        #expect(told.dropFirst(1).first?.message == "a b.iso")
    }

    @Test func wgetBars() {
        let told = readings(of: [
            "\ra-very-long-name.iso 100%[===================>]   1.91M  1.46MB/s    eta 1h 2m  ",
            "\ra b.iso               12%[=>                  ]   1.91M  --.-KB/s    eta 2m 5s  ",
        ])
        #expect(told.map(\.message) == [nil, "a b.iso"])
        #expect(told.map(\.etaSeconds) == [3720, 125])
    }

    // MARK: aria2c

    @Test func aria2Readouts() {
        let told = readings(of: [
            "[#2089b0 0B/1,536GiB(0%) CN:1 DL:0B] [FileAlloc:#2089b0 768GiB/1,536GiB(50%)](+1)",
            "[#2089b0 15GiB/1,536GiB(1%) CN:44 SD:12 DL:115.7KiB UL:12KiB(3.5MiB) ETA:4h51m]",
            "[#2089b0 SEED(0.5) CN:2 SD:1 UL:12KiB(3.5MiB)]",
            "[Checksum:#2089b0 384GiB/1,536GiB(25%)]",
            "[#2089b0 15GiB of 1,536GiB",
        ])
        let gibibyte = 1_073_741_824.0
        #expect(told.map(\.fraction) == [0.5, 0.01, 0.25])
        #expect(told.map(\.message) == ["allocating", nil, "verifying"])
        #expect(told.dropFirst(1).first?.total == 1536 * gibibyte)
        #expect(told.dropFirst(1).first?.etaSeconds == 17_460)
    }

    /// The same lines stand for one download, and in a summary for one of many.
    @Test func aria2OneByOne() {
        let told = readings(of: [
            "11/22 22:40:21 [NOTICE] Downloading 4 item(s)",
            "[#97643b 1.0MiB/2.0MiB(50%) CN:1 DL:0.9MiB ETA:1s]",
            "11/22 22:40:22 [NOTICE] Download complete: /downloads/a.bin",
            "[DL:1.9MiB][#8a8476 0.5MiB/2.0MiB(25%)][#8a8477 0.5MiB/2.0MiB(25%)](+1)",
            "[#8a8476 0.5MiB/2.0MiB(25%) CN:1 DL:0.9MiB ETA:2s]",
        ])
        #expect(told.map(\.fraction) == [0.125, 0.375])
    }

    // MARK: yt-dlp

    @Test func ytDlpPlaylistOfFragments() {
        let told = readings(of: [
            "[download] Downloading item 3 of 10",
            "[download] Destination: talk.f137.mp4",
            "[download]  12.0% of ~  45.67MiB at    1.20MiB/s ETA 01:00:30 (frag 3/50)",
            "[download]  13.0% of ~  45.67MiB at  Unknown B/s ETA Unknown (frag 4/50)",
            "[download] 100% of    1.00MiB",
            "[download] talk.f140.m4a has already been downloaded",
            "[Merger] Merging formats into \"talk.mp4\"",
        ])
        #expect(
            told.map { ProgressRecognitionTests.told($0) } == [
                "nil 'Downloading item 3 of 10'", "nil 'talk.f137.mp4'",
                "0.12 bytes 'talk.f137.mp4'",
                "0.13 'talk.f137.mp4'", "1.0 1048576.0/1048576.0 bytes 'talk.f137.mp4'",
                "1.0 1048576.0/1048576.0 bytes 'Merging formats'",
            ])
        #expect(told.dropFirst(2).first?.etaSeconds == 3630)
        #expect(told.dropFirst(2).first?.total == nil)
    }

    // MARK: pip

    /// Others count so, too.
    @Test func progressThatIsNotOfPip() {
        let told = readings(of: ["Progress 0 of 10", "Progress 1 of 10", "- 3 kB 4 kB/s 0:00:01"])
        #expect(told.allSatisfy { $0.source == .counter })
        #expect(readings(of: ["━━━━━━ 0.5/1.5 MB 583.0 kB/s eta 0:00:02"]).isEmpty)
    }

    @Test func pipFromAnAddress() {
        let told = readings(of: [
            "  Downloading https://example.org/x/alpha-1.0.whl (1.5 MB)",
            "\r     ━━━━━━━━ 100/200 bytes ? eta -:--:--",
        ])
        #expect(told.map(\.message) == ["alpha-1.0.whl"])
        #expect(told.map(\.total) == [200])
    }

    // MARK: rclone

    @Test func rcloneChecks() {
        let told = readings(of: [
            "Transferred:   \t          0 B / 0 B, -, 0 B/s, ETA -",
            "Checks:                 5 / 10, 50%", "Elapsed time:         1.0s", "Checking:",
            " *                              a.bin: checking",
            "2026/11/22 22:45:05 NOTICE:     1 GiB / 2 GiB, 50%, 1 MiB/s, ETA 1w2d (xfr#1/3)",
            "Transferred:   \t      1.5 GiB / 2 GiB, 75%, 1 MiB/s, ETA 8m33s",
            "Checks:                10 / 20, 50%",
        ])
        #expect(told.map(\.done) == [5, 1_073_741_824, 1_610_612_736])
        #expect(told.map(\.unit) == ["files", "bytes", "bytes"])
        #expect(told.dropFirst(2).first?.etaSeconds == 513)
    }
}
