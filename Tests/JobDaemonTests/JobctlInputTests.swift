import Foundation
import JobTestSupport
import Testing

/// `jobctl send`, and the input that `submit` takes along.
@Suite(.serialized) struct JobctlInputTests {
    @Test func linesAreSentUntilTheInputIsClosed() throws {
        try DaemonFixture.with { jobd in
            #expect(try jobd.jobctl("submit", "--", "cat").output == "1\n")
            let first = try jobd.jobctl("send", "1", "one", "two")
            #expect(first.status == 0)
            #expect(first.output == "" && first.errors == "")
            try jobd.wrote("one two\n", 1)
            let json = try jobd.jobctl("send", "--json", "-n", "1", "--", "-x")
            #expect(try json.object()["size"] as? Int == 10)
            #expect(try json.object()["closed"] as? Bool == false)
            try jobd.wrote("-x", 1)
            #expect(try jobd.state(1) == "running")
            #expect(try jobd.jobctl("send", "--close", "1").status == 0)
            #expect(try jobd.finished(1)["state"] as? String == "succeeded")
            #expect(try jobd.output(1) == "one two\n-x")
            try jobd.expectTrouble(1, "send", "1", "more")
        }
    }

    @Test func whatIsPipedInIsSentAsItIs() throws {
        try DaemonFixture.with { jobd in
            // More than one request may have, and no text.
            let bytes = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 >> 3) })
            let path = try jobd.file("bytes", bytes)
            #expect(try jobd.jobctl("submit", "--open-stdin", "--", "cat").output == "1\n")
            let sent = try jobd.script("cat '\(path)' | jobctl send --json --close 1")
            #expect(sent.status == 0, "\(sent.errors)")
            #expect(try sent.object()["size"] as? Int == bytes.count)
            #expect(try sent.object()["closed"] as? Bool == true)
            try jobd.finished(1)
            #expect(Data(try jobd.request("GET", "/jobs/1/output").body) == bytes)
        }
    }

    /// A pipe that nobody closes, as cron and CI give: the job is there at once, what
    /// comes follows it, and its end is jobctl's.
    @Test func aPipeThatNobodyClosesHoldsNothingUp() throws {
        try DaemonFixture.with { jobd in
            let run = try jobd.script(
                """
                exec 3< <(echo first; exec sleep 1000)
                jobctl submit -- head -n 1 <&3
                """)
            #expect(run.status == 0 && run.output == "1\n", "\(run.errors)")
            #expect(try jobd.finished(1)["state"] as? String == "succeeded")
            #expect(try jobd.output(1) == "first\n")
        }
    }

    @Test func anOffsetMakesRepetitionHarmless() throws {
        try DaemonFixture.with { jobd in
            #expect(try jobd.jobctl("submit", "--open-stdin", "--", "cat").status == 0)
            for _ in 0..<2 {
                #expect(try jobd.jobctl("send", "--offset", "0", "1", "abc").status == 0)
            }
            try jobd.expectTrouble(1, "send", "--offset", "100", "1", "gap")
            // Two of its bytes are there already.
            #expect(
                try jobd.jobctl("send", "--close", "--offset", "2", "1", "c", "d").status == 0)
            try jobd.finished(1)
            #expect(try jobd.output(1) == "abc\nd\n")
        }
    }

    @Test func whoeverWaitsMayLeaveTheInputToOthers() throws {
        try DaemonFixture.with { jobd in
            let waiting = try jobd.startJobctl(["submit", "--wait", "--open-stdin", "--", "cat"])
            try waitUntil("it is submitted") { waiting.output == "1\n" }
            #expect(try jobd.jobctl("send", "--close", "1", "text").status == 0)
            #expect(try waiting.result().status == 0)
            #expect(try jobd.output(1) == "text\n")
        }
    }

    @Test func inputThatWasNotLeftOpenIsRefused() throws {
        try DaemonFixture.with { jobd in
            #expect(try jobd.jobctl("submit", "-n", "--", "sleep", "1000").status == 0)
            try jobd.expectTrouble(1, "send", "1", "text")
            try jobd.expectTrouble(1, "send", "9", "text", saying: "9")
            try jobd.expectTrouble(1, "send", "--close", "9", saying: "9")
        }
    }

    @Test func submitTakesItsInputAlong() throws {
        try DaemonFixture.with { jobd in
            let text = try jobd.file("text", "some text\n")
            let bytes = Data([0, 0xff, 0xfe]) + Data(repeating: 0xc3, count: 2_500_000)
            let binary = try jobd.file("binary", bytes)
            #expect(try jobd.jobctl("submit", "--", "cat", input: text).output == "1\n")
            #expect(
                try jobd.script("cat '\(binary)' | jobctl submit --wait -- cat").output == "2\n")
            // Nobody would send anything while this waits.
            #expect(try jobd.jobctl("submit", "--wait", "--", "cat").output == "3\n")
            #expect(
                try jobd.jobctl("submit", "-n", "--wait", "--", "cat", input: text).output
                    == "4\n")
            try jobd.finished(1)
            #expect(try jobd.output(1) == "some text\n")
            #expect(Data(try jobd.request("GET", "/jobs/2/output").body) == bytes)
            #expect(try jobd.output(3) == "")
            #expect(try jobd.output(4) == "")
        }
    }
}
