import Foundation
import Glibc
import JobTestSupport
import Testing

/// `jobctl recognize`, on files, recordings and commands.
@Suite(.serialized) struct JobctlRecognizeTests {
    @Test func aRecordingGivesWhatStandsBesideIt() throws {
        try DaemonFixture.with { jobd in
            let capture = try #require(Capture.all.first { $0.name == "rsync/progress2" })
            let path = Capture.folder.appending(path: "\(capture.name).cast").path
            let run = try jobd.jobctl("recognize", "--json", input: path)
            #expect(run.status == 0, "\(run.errors)")
            let expected = try capture.expected.map { line in
                try #require(
                    try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
            let told = try run.objects()
            for name in ["fraction", "done"] {
                #expect(
                    told.map { $0[name] as? Double } == expected.map { $0[name] as? Double })
            }
            #expect(told.allSatisfy { $0["source"] as? String == "rsync" })
            #expect(told.last?["offset_seconds"] as? Double ?? 0 > 1)

            let text = try jobd.jobctl("recognize", input: path)
            #expect(text.lines.count == expected.count + 1)
            #expect(text.lines.first?.contains("rsync      0%  32 KiB") == true, "\(text.output)")
            #expect(text.lines.last == "\(expected.count) readings: rsync \(expected.count)")
        }
    }

    @Test func aFileReadsAsIfItsLinesCameOneByOne() throws {
        try DaemonFixture.with { jobd in
            let path = try jobd.file(
                "log", "backup is 10% complete\nother\nbackup is 20% complete\n")
            let run = try jobd.jobctl("recognize", input: path)
            #expect(run.status == 0)
            #expect(run.lines.last == "1 reading: percent 1", "\(run.output)\(run.errors)")
            // All at once they could be a table.
            let piped = try jobd.script("cat '\(path)' | jobctl recognize")
            #expect(piped.status == 1)
            #expect(piped.output == "")
            #expect(piped.errors.contains("nothing was recognised"))
            #expect(piped.errors.contains("< FILE"))
            #expect(piped.errors.contains("docs/progress.md"))
            let none = try jobd.jobctl("recognize", "--json")
            #expect(none.status == 1)
            #expect(none.output == "")
        }
    }

    @Test func aCommandIsReadAsAJobIs() throws {
        try DaemonFixture.with { jobd in
            let plain = try jobd.jobctl(
                "recognize", "--json", "--", "sh", "-c",
                "[ -t 1 ] || echo 10%; echo 20% >&2; [ $PYTHONUNBUFFERED = 1 ] && exit 3")
            #expect(plain.status == 0)
            #expect(try plain.objects().compactMap { $0["fraction"] as? Double } == [0.1, 0.2])
            #expect(plain.errors == "jobctl: the command ended with exit code 3\n")

            let direct = try jobd.jobctl(
                "recognize", "--json", "--show", "--", "sh", "-c",
                "echo '3/10 a.txt' > $JOBD_PROGRESS; cat; echo 99%")
            let readings = try direct.objects()
            #expect(readings.map { $0["source"] as? String } == ["direct"], "\(direct.output)")
            #expect(readings.first?["message"] as? String == "a.txt")
            #expect(direct.errors == "99%\n")

            let killed = try jobd.jobctl("recognize", "--", "sh", "-c", "kill -9 $$")
            #expect(killed.status == 1)
            #expect(killed.errors.contains("ended by signal 9 (KILL)"))
            #expect(killed.errors.contains("--tty"))

            try jobd.expectTrouble(127, "recognize", "--", "no-such-program-42", saying: "no-such")
            try jobd.expectTrouble(126, "recognize", "--", "/etc/passwd", saying: "/etc/passwd")
            try jobd.expectTrouble(64, "recognize", "--tty", saying: "--tty", "after --")
        }
    }

    @Test func aTerminalAndARecordingOfIt() throws {
        try DaemonFixture.with { jobd in
            let cast = "\(jobd.directory)/it's.cast"
            let run = try jobd.jobctl(
                "recognize", "--tty", "--show", "--json", "--record", cast, "--", "sh", "-c",
                """
                stty size; echo "$TERM"; : </dev/tty && echo controlling
                ls /proc/self/fd | tr '\\n' ' '; echo
                for i in 10 20 30; do printf '\\r%d%% é' $i; done; echo
                """)
            #expect(run.status == 0)
            #expect(
                run.errors.hasPrefix("40 120\r\nxterm-256color\r\ncontrolling\r\n0 1 2 3 \r\n"),
                "\(run.errors)")
            let fractions = try run.objects().compactMap { $0["fraction"] as? Double }
            #expect(fractions == [0.1, 0.2, 0.3])
            let again = try jobd.jobctl("recognize", "--json", input: cast)
            #expect(again.output == run.output)
            let recorded = try String(contentsOfFile: cast, encoding: .utf8)
            #expect(recorded.contains(#""title":"sh, under a terminal""#))
            #expect(recorded.contains("é"))
        }
    }

    @Test func aSignalEndsTheCommandAndThereIsASummary() throws {
        try DaemonFixture.with { jobd in
            let ended = "\(jobd.directory)/ended"
            let process = try jobd.startJobctl([
                "recognize", "--", "sh", "-c",
                "trap 'echo 30%; touch \(ended); exit 5' INT; echo 10%; "
                    + "while :; do sleep 0.05; done",
            ])
            try waitUntil("the first reading") { process.output.contains("10%") }
            process.process.signal(SIGINT)
            let run = try process.result()
            #expect(run.status == 0)
            #expect(FileManager.default.fileExists(atPath: ended))
            #expect(run.lines.last == "2 readings: percent 2", "\(run.output)")
            #expect(run.errors.contains("exit code 5"))

            // Whoever reads it has gone: so does the command.
            let gone = try jobd.script(
                """
                jobctl recognize -- sh -c 'echo $$ > "$0"; i=0; while :; do i=$((i+1)); \
                echo "[$i/9999]"; sleep 0.02; done' '\(jobd.directory)/pid' | head -1
                """)
            #expect(gone.lines.count == 1)
            let pid = try #require(
                pid_t(
                    String(contentsOfFile: "\(jobd.directory)/pid", encoding: .utf8)
                        .trimmingCharacters(in: .whitespacesAndNewlines)))
            try waitUntil("the command is gone") { kill(pid, 0) != 0 }
        }
    }
}
