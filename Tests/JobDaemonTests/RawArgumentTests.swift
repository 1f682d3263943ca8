import Foundation
import JobTestSupport
import Testing

/// Names of files and values that are no UTF-8 come to the command byte for byte.
@Suite(.serialized) struct RawArgumentTests {
    @Test func bytesAreCarriedWhole() throws {
        try DaemonFixture.with { jobd in
            let folder = "\(jobd.directory)/d"
            let make = "mkdir \(folder) && cd \(folder) && mkdir \"$(printf 'f\\351')\""
            #expect(try ChildProcess("/bin/sh", ["-c", make]).wait() == 0)
            let path = Data("\(folder)/f".utf8) + [0xe9]
            let id = try jobd.submit([
                "command": [
                    "/bin/sh", "-c", "printf '%s|%s|' \"$1\" \"$V\"; pwd -P", "sh",
                    ["base64": Data([0x61, 0xff, 0x62]).base64EncodedString()],
                ],
                "cwd": ["base64": path.base64EncodedString()],
                "env": ["V": ["base64": Data([0x80]).base64EncodedString()]],
            ])
            #expect(try jobd.finished(id)["state"] as? String == "succeeded")
            let output = Data(try jobd.request("GET", "/jobs/\(id)/output").body)
            #expect(output == Data([0x61, 0xff, 0x62, 0x7c, 0x80, 0x7c]) + path + [0x0a])
            let job = try jobd.job(id)
            #expect((job["cwd"] as? [String: String])?["base64"] == path.base64EncodedString())
            #expect(
                ((job["command"] as? [Any])?.last as? [String: String])?["base64"]
                    == Data([0x61, 0xff, 0x62]).base64EncodedString())
            // It lasts, and runs again as it is.
            try jobd.killAndRestart()
            _ = try jobd.send("POST", "/jobs/\(id)/retry", [:])
            try waitUntil("it has run again") {
                let job = try jobd.job(id)
                return job["attempt"] as? Int == 2 && job["state"] as? String == "succeeded"
            }
            let again = Data(try jobd.request("GET", "/jobs/\(id)/output?attempt=2").body)
            #expect(again == output)
        }
    }

    @Test func whatIsNeitherIsRefused() throws {
        try DaemonFixture.with { jobd in
            for argument in [
                ["base64": "?"], ["base64": "YQBi"], ["base64": 1], [:],
                ["base64": "YQ==", "x": 1],
            ] as [[String: Any]] {
                let (status, answer) = try jobd.send("POST", "/jobs", ["command": ["a", argument]])
                #expect(status == 422)
                #expect("\(answer["errors"] ?? "")".contains("command[1]"))
            }
            #expect(
                try jobd.send("POST", "/jobs", ["command": ["a"], "name": ["base64": "YQ=="]])
                    .status == 422)
        }
    }

    /// jobctl gives what it was given.
    @Test func jobctlChangesNothing() throws {
        try DaemonFixture.with { jobd in
            let run = try jobd.script(
                """
                name=$(printf 'caf\\351')
                mkdir "\(jobd.directory)/$name" && cd "\(jobd.directory)/$name" || exit 9
                V=$(printf '\\200') jobctl run --env V -- sh -c 'printf %s "$1$V"; pwd -P' sh "$name"
                """)
            #expect(run.status == 0, "\(run.errors)")
            let output = Data(try jobd.request("GET", "/jobs/1/output").body)
            #expect(
                output
                    == Data("caf".utf8) + [0xe9, 0x80] + Data("\(jobd.directory)/caf".utf8)
                    + [0xe9, 0x0a])
            let shown = try jobd.jobctl("show", "1")
            #expect(shown.output.contains("$'caf\\xe9'"), "\(shown.output)")
            #expect(shown.output.contains("caf\u{FFFD}"))
            let missing = try jobd.script("jobctl show \"$(printf 'x\\351')\"")
            #expect(missing.status != 0 && missing.errors.contains("x\u{FFFD}"))
        }
    }
}
