import JobModel
import ProgressRecognition
import Testing

/// What the recordings of tools for files, disks and backups do not show.
@Suite struct StorageFormTests {
    // MARK: git

    @Test func gitsPercentageMustBeThatOfItsCounts() {
        #expect(
            readings(of: ["Receiving objects:  33% (1/3), 1.00 KiB | 2.00 KiB/s"]).map(told)
                == ["0.3333333333333333 1.0/3.0 objects 'Receiving objects'"])
        for line in [
            "Receiving objects:  34% (1/3)", "Receiving objects: 33% (1/3)",
            "Receiving objects:  33% (1/3) passed", "Checking:  33% (1/3)",
            "Counting objects: 12 of 34", "Writing objects: x",
        ] {
            #expect(
                readings(of: [line]).map(\.source).contains(ProgressSource(rawValue: "git"))
                    == false, "\(line)")
        }
    }

    @Test func gitLFSTakesThePercentageFromTheBytes() {
        #expect(
            readings(of: ["Downloading LFS objects:  40% (1/5), 12 MB | 3.0 MB/s"]).map(told)
                == ["0.4 1.0/5.0 objects 'Downloading LFS objects'"])
    }

    // MARK: dd, tar, 7z

    @Test func aLineThatEndsDDIsNoProgress() {
        #expect(
            readings(
                of: [
                    "512 bytes copied, 0.001 s, 512 kB/s",
                    "1048576 bytes (1.0 MB, 1.0 MiB) copied, 0.002 s, 524 MB/s",
                ], .stderr) == [])
    }

    @Test func oneTotalOfTarIsNoProgress() {
        #expect(readings(of: ["Total bytes written: 10240 (10KiB, 5.0MiB/s)"], .stderr) == [])
        #expect(
            readings(
                of: ["tar: 400", "tar: 100", "tar: file.txt", "tar: a: W: no (x, y/s)"], .stderr)
                == [])
    }

    @Test func percentagesAreSevenZipsAfterItsBanner() {
        let lines = [" 42% 12 + a.txt", "  0%"]
        #expect(readings(of: lines).allSatisfy { $0.source == .percent })
        #expect(
            readings(of: ["7-Zip (z) 23.01 (x64) : Copyright (c) 1999-2023 Igor Pavlov"] + lines)
                .map(told) == ["0.42 12.0/? files 'a.txt'", "0.0 0.0/? files"])
    }

    // MARK: pv

    private static let bar = "6.00MiB 0:00:02 [2.93MiB/s] [=====>     ] 50% ETA "

    @Test(arguments: [
        ("0:00:02", 2.0), ("1:02:03", 3723), ("1:00:00:01", 86_401), ("0:00:00", nil),
        ("22:43:02", nil), ("02:43:02", nil),
    ])
    func timeLeftByPv(_ text: String, _ seconds: Double?) {
        let told = readings(of: [Self.bar + text])
        #expect(told.map(\.fraction) == [0.5])
        // What is left out is worked out, from the second reading on.
        #expect(told.map(\.etaSeconds) == [seconds])
    }

    @Test func onlyOnePvOfAPipeIsFollowed() {
        let lines = (1...4).flatMap {
            [
                "in: \($0).00MiB 0:00:01 [ 1MiB/s] [<=>  ]",
                "out: \($0).00MiB 0:00:01 [ 1MiB/s] [<=>  ]",
            ]
        }
        #expect(readings(of: lines).compactMap(\.message) == ["in", "in", "in", "in"])
        let after = (5...9).map { "out: \($0).00MiB 0:00:01 [ 1MiB/s] [<=>  ]" }
        #expect(readings(of: lines + after).last?.message == "out")
    }

    @Test func numbersOnStandardErrorAreBelievedFromTheFifth() {
        let numbers = ["3", "6", "10", "13", "17", "20"]
        #expect(readings(of: numbers, .stderr).map(\.fraction) == [0.17, 0.2])
        #expect(readings(of: numbers, .stderr).allSatisfy { $0.source.rawValue == "pv" })
        #expect(readings(of: ["0", "0", "1", "1", "1", "2"], .stderr).map(\.fraction) == [0.02])
    }

    @Test(arguments: [
        ["1", "2", "3", "4", "5", "6", "7"], ["10", "20", "30", "40", "50", "60"],
        ["3", "6", "10", "9", "13", "17", "16", "20"], ["50", "70", "90", "110", "130", "150"],
        ["0", "0", "0", "0", "0", "1"], ["7", "7", "7", "7", "7", "7"],
        ["3.5", "6.1", "10.2", "13.9", "17.0", "20.1"],
    ])
    func otherNumbersAreNone(_ numbers: [String]) {
        #expect(readings(of: numbers, .stderr) == [])
    }

    @Test func numbersElsewhereOrUnevenAreNone() {
        let numbers = ["3", "6", "10", "13", "17", "20"]
        #expect(readings(of: numbers, .stdout) == [])
        #expect(record([Frame(numbers.joined(separator: "\n") + "\n", .stderr)]) == [])
        let times: [Int64] = [0, 1000, 1100, 5000, 5200, 9000]
        #expect(record(zip(numbers, times).map { Frame($0 + "\n", .stderr, at: $1) }) == [])
    }

    // MARK: zstd, xz

    @Test func otherLinesOfZstd() {
        let lines = [
            "\rRead : 12 MB /  48 MB ==> 34.56%",
            "\rDecompress:  2/ 3 files. Current: b.zst : 1.50 MiB...    ",
            "\rbig.zst             : 2.00 MiB...     ",
            "\r(L-3) Buffered:    0 B - Consumed: 1.00 MiB - Compressed: 32.0 KiB => 3.12% ",
        ]
        #expect(
            readings(of: lines, .stderr).map(told) == [
                "0.25 12582912.0/50331648.0 bytes", "nil 1572864.0/? bytes 'b.zst'",
                "nil 2097152.0/? bytes 'big.zst'", "nil 1048576.0/? bytes",
            ])
    }

    @Test func longTimesAndGroupedSizesOfXz() {
        let line =
            " 12.5 %       82.3 KiB / 6,043.8 KiB = 0.014   1.5 MiB/s    1:00:00   2 h 10 min"
        let told = readings(of: [line], .stderr)
        #expect(told.map(\.etaSeconds) == [7800])
        #expect(told.map(\.done) == [6043.8 * 1024])
    }

    // MARK: restic, borg

    @Test func resticRestoresAndScans() {
        let lines = [
            "[0:00] 3 files, 1.500 MiB, 0 errors",
            "[0:01] 25.00%  3 files/dirs 1.000 MiB, total 10 files/dirs 4.000 MiB",
            #"{"message_type":"status","seconds_elapsed":2,"seconds_remaining":2,"percent_done":0.5,"total_bytes":4,"bytes_restored":2}"#,
        ]
        #expect(
            readings(of: lines).map(told) == [
                "nil 1572864.0/? bytes", "0.25 1048576.0/4194304.0 bytes", "0.5 2.0/4.0 bytes",
            ])
    }

    @Test func otherJSONIsNeitherResticsNorBorgs() {
        let lines = [
            #"{"message_type":"error","percent_done":0.5}"#,
            #"{"message":"status","percent_done":0.5}"#,
            #"{"message": "Checking 50%", "current": 1, "total": 2}"#,
            #"{"message": "x", "current": 1, "total": 2, "type": "progress_other"}"#,
            #"{"message": "x", "current": 1, "total": 2, "type": "progress_percent""#,
            #"{"message_type":"status","percent_done":}"#,
            "[0:01] 25.00%  3 files", "[0:01] 3 / 5 packs", "[10:33] 42% idle",
            "processed 8 files, 22.888 MiB in 0:06",
        ]
        #expect(readings(of: lines) == [])
    }

    @Test func borgCountsInPowersOf1024IfAsked() {
        #expect(
            readings(of: ["2.50 MiB O 1.00 MiB C 1.00 MiB D 14 N src/f8"], .stderr).map(told)
                == ["nil 2621440.0/? bytes 'src/f8'"])
    }

    // MARK: e2fsprogs, shred, parallel

    @Test func numbersOfE2fsckNeedTheirPass() {
        let numbers = ["1 12 13 /dev/sdb1", "2 1 4 /dev/sdb1"]
        #expect(readings(of: numbers) == [])
        #expect(
            readings(of: ["Pass 2: Checking directory structure"] + numbers).map(told)
                == ["0.25 1.0/4.0 'Pass 2: Checking directory structure'"])
    }

    @Test func anyNameMayBeShredded() {
        #expect(
            readings(of: ["shred: a (1): pass 1/2 (ff)...1.5GiB/3.0GiB 50%"], .stderr).map(told)
                == ["0.25 'a (1): pass 1/2 (ff)'"])
        #expect(readings(of: ["shred: a: removing", "shred: a: failed to open (x)"]) == [])
    }

    @Test func jobsOfSeveralComputersAreAddedUp() {
        let lines = [
            "Computer:jobs running/jobs completed/%of started jobs/Average seconds to complete",
            "\rETA: 65s Left: 5 AVG: 13.00s  local:2/3/50%/0.3s  a@b:22:1/2/50%/1.0s",
        ]
        let told = readings(of: lines, .stderr)
        #expect(told.map(\.done) == [5])
        #expect(told.map(\.total) == [10])
        #expect(told.map(\.etaSeconds) == [65])
    }
}
