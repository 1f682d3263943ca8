import Foundation
import Glibc
import JobTestSupport
import Testing

/// `jobctl run` where people put it: before any command, in pipes and scripts.
@Suite(.serialized) struct JobctlRunTests {
    @Test func outputAndErrorsStayApart() throws {
        try DaemonFixture.with { jobd in
            let run = try jobd.script(
                "jobctl run -- sh -c 'echo out; echo err >&2; printf no-newline'; echo \" $?\"")
            #expect(run.output == "out\nno-newline 0\n")
            #expect(run.errors == "err\n")
            let codes = try jobd.script(
                """
                for code in 0 1 42 255; do jobctl run -- sh -c "exit $code"; echo $?; done
                jobctl run --shell 'kill -TERM $$'; echo $?
                """)
            #expect(codes.lines == ["0", "1", "42", "255", "143"])
        }
    }

    @Test func itComposesInScripts() throws {
        try DaemonFixture.with { jobd in
            let caught = try jobd.script(
                "sh -c 'set -e; jobctl run -- false || echo caught; echo on'")
            #expect(caught.output == "caught\non\n")
            let ended = try jobd.script("sh -c 'set -e; jobctl run -- false; echo on'")
            #expect(ended.status == 1)
            #expect(ended.output == "")
            let pipeline = try jobd.script(
                """
                set -o pipefail
                printf 'b\\na\\nb\\n' | jobctl run -- sort | jobctl run -- uniq -c | tr -s ' '
                echo "${PIPESTATUS[@]}"
                """)
            #expect(pipeline.output == " 1 a\n 2 b\n0 0 0 0\n")
            let words = try jobd.script("jobctl run -- printf '%s|' 'a b' '' '$x' '*' -- -n")
            #expect(words.output == "a b||$x|*|--|-n|")
            let captured = try jobd.script("x=$(jobctl run -- echo value); echo \"[$x]\"")
            #expect(captured.output == "[value]\n")
        }
    }

    @Test func inputIsStreamedByteForByte() throws {
        try DaemonFixture.with { jobd in
            var generator = SeededGenerator()
            let bytes = Data(
                (0..<5_000_000).map { _ in UInt8.random(in: 0...255, using: &generator) })
            let path = try jobd.file("bytes", bytes)
            let piped = try jobd.script("cat '\(path)' | jobctl run -- cat")
            #expect(piped.status == 0, "\(piped.errors)")
            #expect(piped.bytes == bytes)
            let file = try jobd.script("jobctl run -- wc -c < '\(path)'")
            #expect(file.output.trimmingCharacters(in: .whitespaces) == "5000000\n")
            // With nothing piped in the job's input ends at once.
            #expect(try jobd.jobctl("run", "--", "cat").status == 0)
            #expect(try jobd.jobctl("run", "-n", "--", "cat", input: path).bytes.isEmpty)
        }
    }

    @Test func inputComesWhileTheJobRuns() throws {
        try DaemonFixture.with { jobd in
            let pipe = "\(jobd.directory)/pipe"
            mkfifo(pipe, 0o600)
            let run = try jobd.startScript("exec jobctl run -- cat < '\(pipe)'")
            let descriptor = open(pipe, O_WRONLY)
            for word in ["first\n", "second\n"] {
                #expect(write(descriptor, word, word.utf8.count) == word.utf8.count)
                try waitUntil("it has come back") { run.output.hasSuffix(word) }
                #expect(run.process.isRunning)
            }
            close(descriptor)
            let result = try run.result()
            #expect(result.status == 0)
            #expect(result.output == "first\nsecond\n")
        }
    }

    @Test func anEndlessInputEndsWithTheJob() throws {
        try DaemonFixture.with { jobd in
            let run = try jobd.script("yes | jobctl run -- head -1")
            #expect(run.status == 0)
            #expect(run.output == "y\n")
            #expect(run.errors == "")
            // The other end: nobody reads its output any more.
            let closed = try jobd.script(
                """
                jobctl run --cancel-on-interrupt --shell \
                    'while :; do echo y; sleep 0.02; done' | head -1
                echo "${PIPESTATUS[@]}"
                """)
            #expect(closed.lines == ["y", "141 0"])
            #expect(try jobd.finished(2)["state"] as? String == "cancelled")
        }
    }

    @Test func allAttemptsAreShownAndReadTheInput() throws {
        try DaemonFixture.with { jobd in
            let run = try jobd.script(
                """
                printf 'some input' | jobctl run --retries 2 --retry-backoff 0s --shell \
                'echo "out $JOBD_ATTEMPT $(cat)"; echo "err $JOBD_ATTEMPT" >&2; exit 4'
                """)
            #expect(run.status == 4)
            #expect(run.output == (1...3).map { "out \($0) some input\n" }.joined())
            #expect(run.errors == (1...3).map { "err \($0)\n" }.joined())
        }
    }

    /// However late it comes to the output, the first attempt's is there.
    @Test func noAttemptIsMissed() throws {
        try DaemonFixture.with { jobd in
            try jobd.putQueue("held", ["paused": true])
            let run = try jobd.startJobctl([
                "run", "--queue", "held", "--retries", "1", "--retry-backoff", "0s", "--shell",
                "echo attempt $JOBD_ATTEMPT; test $JOBD_ATTEMPT = 2",
            ])
            try waitUntil("the job is there") {
                try jobd.json("GET", "/jobs/1").status == 200
            }
            run.process.signal(SIGSTOP)
            try jobd.killAndRestart()
            try jobd.putQueue("held", ["paused": false])
            try jobd.finished(1)
            run.process.signal(SIGCONT)
            let result = try run.result()
            #expect(result.status == 0)
            #expect(result.output == "attempt 1\nattempt 2\n")
            let jobs = try jobd.json("GET", "/jobs").object["jobs"] as? [Any]
            #expect(jobs?.count == 1)
        }
    }

    @Test func anInterruptLeavesTheJobOrCancelsIt() throws {
        try DaemonFixture.with(["--slots", "2"]) { jobd in
            let command = ["--", "sh", "-c", "echo up; exec sleep 1000"]
            let leaving = try jobd.startJobctl(["run"] + command)
            try waitUntil("it runs") { leaving.output == "up\n" }
            leaving.process.signal(SIGINT)
            let left = try leaving.result()
            #expect(left.status == 130)
            #expect(left.errors.contains("jobctl watch 1"))
            #expect(try jobd.state(1) == "running")

            let cancelling = try jobd.startJobctl(["run", "--cancel-on-interrupt"] + command)
            try waitUntil("it runs") { cancelling.output == "up\n" }
            cancelling.process.signal(SIGINT)
            #expect(try cancelling.result().status == 130)
            #expect(try jobd.state(2) == "cancelled")
        }
    }

    @Test func itsOwnFailuresHaveCodesOfTheirOwn() throws {
        try DaemonFixture.with { jobd in
            let text = try jobd.file("text", "no program")
            #expect(try jobd.jobctl("run", "--", text).status == 126)
            #expect(try jobd.jobctl("run", "--", "no-such-program-42").status == 127)
            #expect(try jobd.jobctl("run", "--cwd", "/no/such/dir", "--", "true").status == 126)
            #expect(try jobd.jobctl("run", "--timeout", "x", "--", "true").status == 64)
            let refused = try jobd.jobctl("run", "--queue", "nowhere", "--", "true")
            #expect(refused.status == 125)
            #expect(refused.errors.split(separator: "\n").count == 1)
            jobd.kill()
            let gone = try jobd.jobctl("run", "--", "true")
            #expect(gone.status == 125)
            #expect(gone.errors.split(separator: "\n").count == 1)
        }
    }
}
