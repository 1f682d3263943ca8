import Foundation
import Glibc
import JobTestSupport
import Testing

/// `jobctl` finds its way in, and manages who else does.
@Suite(.serialized) struct JobctlTokenTests {
    @Test func theFirstTokenIsFoundForThisMachineOnly() throws {
        try GuardedInstallation.with { jobd in
            // By the socket no token is needed, by TCP the file is found.
            for url in ["unix:\(jobd.socket)", jobd.address] {
                let list = try jobd.jobctl(["list", "--url", url, "--json"])
                #expect(list.status == 0, "\(list.errors)")
                #expect(list.errors.isEmpty)
            }
            unlink(jobd.tokenFile)
            let refused = try jobd.jobctl(["list", "--url", jobd.address])
            #expect(refused.status == 77)
            #expect(refused.errors.contains("--token-file"), "\(refused.errors)")
            #expect(refused.errors.split(separator: "\n").count == 1)
        }
    }

    @Test func tokensAreMadeUsedAndRevoked() throws {
        try GuardedInstallation.with { jobd in
            let made = try jobd.jobctl([
                "token", "create", "--role", "submit", "--name", "ci", "--expires", "30d",
            ])
            #expect(made.status == 0, "\(made.errors)")
            let token = made.output.trimmingCharacters(in: .newlines)
            #expect(token.hasPrefix("jobd_") && !token.contains("\n"))
            #expect(!made.errors.contains(token))
            let again = try jobd.jobctl(["token", "create", "--role", "read", "--name", "ci"])
            #expect(again.status == 1 && again.output.isEmpty)

            let list = try jobd.jobctl(["token", "list"])
            #expect(list.output.contains("ci ") && list.output.contains("submit"), "\(list)")
            #expect(list.output.contains("in 29d") || list.output.contains("in 30d"))
            #expect(!list.output.contains(token))

            let mine = ["JOBD_TOKEN": token, "JOBD_URL": jobd.address]
            let submitted = try jobd.jobctl(["submit", "--", "true"], environment: mine)
            #expect(submitted.status == 0, "\(submitted.errors)")
            // It may submit, and nothing of an administrator's.
            let forbidden = try jobd.jobctl(["token", "list"], environment: mine)
            #expect(forbidden.status == 77, "\(forbidden.errors)")

            let revoked = try jobd.jobctl(["token", "revoke", "ci", "nobody"])
            #expect(revoked.status == 1 && revoked.output == "ci revoked\n", "\(revoked)")
            let late = try jobd.jobctl(["list"], environment: mine)
            #expect(late.status == 77, "\(late.errors)")
            #expect(!late.errors.contains(token))
        }
    }

    @Test func tokensFromFiles() throws {
        try GuardedInstallation.with { jobd in
            let given = ["--url", jobd.address, "--token-file"]
            #expect(try jobd.jobctl(["list"] + given + [jobd.tokenFile]).status == 0)
            #expect(try jobd.jobctl(["list"] + given + ["/nonexistent"]).status == 64)
            let wrong = "\(jobd.directory)/wrong"
            try Data("jobd_1_mistyped\n".utf8).write(to: URL(filePath: wrong))
            let refused = try jobd.jobctl(["list"] + given + [wrong])
            #expect(refused.status == 77 && !refused.errors.contains("mistyped\n"))
        }
    }

    @Test func ticketsOpenOneJob() throws {
        try GuardedInstallation.with { jobd in
            let id =
                try jobd.jobctl(["submit", "--wait", "--", "echo", "hello"]).output
                .split(separator: "\n").first.map(String.init) ?? ""
            let ticket = try jobd.jobctl(["ticket", "--url", jobd.address, "--output", id])
            #expect(ticket.status == 0, "\(ticket.errors)")
            let url = ticket.output.trimmingCharacters(in: .newlines)
            try #require(url.hasPrefix("\(jobd.address)/jobs/\(id)/output?ticket="), "\(url)")
            func get(_ path: String) throws -> (Int, String) {
                let connection = try TestConnection(jobd.address)
                try connection.send("GET", path)
                let head = try connection.head()
                return (head.status, String(decoding: try connection.body(head), as: UTF8.self))
            }
            let path = String(url.dropFirst(jobd.address.count))
            #expect(try get(path) == (200, "hello\n"))
            #expect(try get("/jobs/\(id)/output").0 == 401)
            #expect(try get(path.replacingOccurrences(of: "/output", with: "")).0 >= 401)
        }
    }

    /// A token that is revoked while its bearer watches ends that, and soon.
    @Test func aStreamEndsWithItsToken() throws {
        try GuardedInstallation.with { jobd in
            let token = try jobd.jobctl(["token", "create", "--role", "read", "--name", "eye"])
                .output.trimmingCharacters(in: .newlines)
            let output = "\(jobd.directory)/events"
            let watching = try ChildProcess(
                "/usr/bin/env",
                [
                    Binaries.path("jobctl"), "events", "--after", "0", "--json", "--url",
                    jobd.address,
                ],
                environment: ["HOME": jobd.directory, "JOBD_TOKEN": token], output: output,
                errors: "\(output).err")
            defer {
                watching.signal(SIGKILL)
                watching.wait()
            }
            _ = try jobd.jobctl(["submit", "--wait", "--", "true"])
            try waitUntil("it sees a job") { jobd.text("events").contains("succeeded") }
            _ = try jobd.jobctl(["token", "revoke", "eye"])
            try waitUntil("it is told to go") { !watching.isRunning }
            #expect(watching.wait() == 77)
        }
    }
}
