import Foundation
import Glibc
import JobTestSupport
import Testing

/// Who may use the Unix socket; to be somebody else takes root.
@Suite(.serialized, .enabled(if: geteuid() == 0)) struct AccessSocketTests {
    /// `nobody`, without any group but these.
    private static let nobody = ["--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]
    private static let member = ["--reuid", "nobody", "--regid", "daemon", "--clear-groups"]
    private static let supplementary = ["--reuid", "nobody", "--regid", "nogroup", "--groups"]

    /// A daemon whose socket lies where everybody can get to, the fixture's own
    /// address being that.
    private static func with(
        _ arguments: [String] = [], _ body: (DaemonFixture, String) throws -> Void
    ) throws {
        let jobd = try DaemonFixture()
        defer { jobd.tearDown() }
        chmod(jobd.directory, 0o755)
        let path = "\(jobd.directory)/socket"
        jobd.asksForTokens = true
        jobd.arguments = ["--socket", path] + arguments
        try jobd.start()
        jobd.bearer = try jobd.token
        try body(jobd, path)
    }

    private static func ask(
        _ jobd: DaemonFixture, _ socket: String, _ user: [String], _ more: [String] = [],
        path: String = "/session"
    ) throws -> (status: Int, body: String) {
        try jobd.curl(["--unix-socket", socket] + more + ["http://localhost\(path)"], as: user)
    }

    @Test func itsModeKeepsOthersOut() throws {
        try Self.with { jobd, socket in
            var status = stat()
            #expect(stat(socket, &status) == 0 && status.st_mode & 0o777 == 0o660)
            let stranger = try Self.ask(jobd, socket, Self.nobody)
            #expect(stranger.status == 0)
            let root = try Self.ask(jobd, socket, [])
            #expect(root.body.contains(#""identity":"user:0""#))
        }
    }

    /// A socket that systemd has made may have any mode.
    @Test func whoGetsPastTheModeIsAskedByTheKernel() throws {
        try Self.with(["--allow-root", "--socket-group", "daemon"]) { jobd, socket in
            chmod(socket, 0o666)
            let (status, body) = try Self.ask(jobd, socket, Self.nobody)
            #expect(status == 403)
            #expect(body.contains("forbidden") && body.contains("you are user 65534"))
            #expect(try Self.ask(jobd, socket, Self.nobody, path: "/health").status == 200)
            let token = try jobd.makeToken("guest", "read")
            let guest = try Self.ask(
                jobd, socket, Self.nobody, ["-H", "Authorization: Bearer \(token)"])
            #expect(guest.status == 200 && guest.body.contains("token:guest"))
        }
    }

    @Test func membersOfTheGroupMayWhatTheirRoleSays() throws {
        for (arguments, role) in [
            ([], "submit"), (["--socket-group-role", "read"], "read"),
            (["--socket-group-role", "admin"], "admin"),
        ] {
            try Self.with(["--allow-root", "--socket-group", "daemon"] + arguments) {
                jobd, socket in
                var status = stat()
                let group = try #require(getgrnam("daemon")).pointee.gr_gid
                #expect(stat(socket, &status) == 0 && status.st_gid == group)
                for user in [Self.member, Self.supplementary + ["daemon"]] {
                    let (code, body) = try Self.ask(jobd, socket, user)
                    #expect(code == 200, "\(user)")
                    #expect(body.contains(#""identity":"user:65534","role":"\#(role)""#), "\(body)")
                }
                #expect(try Self.ask(jobd, socket, Self.nobody).status == 0)
                let tokens = try Self.ask(jobd, socket, Self.member, path: "/tokens")
                #expect(tokens.status == (role == "admin" ? 200 : 403))
            }
        }
    }

    @Test func membersOfOtherGroupsMayNothing() throws {
        try Self.with(["--allow-root", "--socket-group", "daemon"]) { jobd, socket in
            chmod(socket, 0o666)
            let (status, body) = try Self.ask(
                jobd, socket, Self.supplementary + ["games,users"])
            #expect(status == 403 && body.contains("forbidden"))
        }
    }

    @Test func whatAProxyPassesOnNeedsAToken() throws {
        try Self.with { jobd, socket in
            for header in [
                "X-Forwarded-For: 192.0.2.1", "forwarded: for=192.0.2.1", "X-Real-IP: 192.0.2.1",
                "x-forwarded-host: localhost", "X-Forwarded-Proto: https", "Via: 1.1 proxy",
                // An empty one.
                "X-Forwarded-For;",
            ] {
                #expect(try Self.ask(jobd, socket, [], ["-H", header]).status == 401, "\(header)")
                let token = try Self.ask(
                    jobd, socket, [],
                    ["-H", header, "-H", "Authorization: Bearer \(try jobd.token)"])
                #expect(token.status == 200, "\(header)")
                // And the name it was asked for must be one of ours.
                let rebound = try Self.ask(
                    jobd, socket, [], ["-H", header, "-H", "Host: evil.example"])
                #expect(rebound.status == 421, "\(header)")
            }
        }
    }

    /// It says that a browser sends this, by way of some proxy, and nothing of jobd's.
    @Test func aPasswordIsNoProofAndTakesTheSocketsAway() throws {
        try Self.with { jobd, socket in
            let password = ["-H", "Authorization: Basic dTpw"]
            #expect(try Self.ask(jobd, socket, [], password).status == 401)
            let rebound = try Self.ask(jobd, socket, [], password + ["-H", "Host: evil.example"])
            #expect(rebound.status == 421)
        }
        try DaemonFixture.with { jobd in
            let open = try jobd.status("GET", "/jobs", ["Authorization": "Basic dTpw"])
            #expect(open == 403)
        }
    }

    /// A relay without a word of its own (socat, a port forwarded to the socket) makes
    /// a browser's requests look like its own user's.
    @Test func aBrowserBehindARelayIsToldFromAProgram() throws {
        try Self.with { jobd, socket in
            let program = try Self.ask(jobd, socket, [], ["-H", "Host: anything"])
            #expect(program.status == 200)
            for headers in [["Origin: http://evil.example"], ["Sec-Fetch-Site: same-origin"]] {
                let lines = (headers + ["Host: evil.example"]).flatMap { ["-H", $0] }
                #expect(try Self.ask(jobd, socket, [], lines).status == 421, "\(headers)")
            }
        }
    }

    @Test func othersOnTheLoopbackAddressNeedAToken() throws {
        try Self.with { jobd, _ in
            let url = "\(jobd.address)/jobs"
            #expect(try jobd.curl([url], as: Self.nobody).status == 401)
            // Nor can they read the administrator's.
            let file = try jobd.curl(["file://\(jobd.state)/token"], as: Self.nobody)
            #expect(!file.body.contains(try jobd.token))
            let header = ["-H", "Authorization: Bearer \(try jobd.token)"]
            #expect(try jobd.curl(header + [url], as: Self.nobody).status == 200)
        }
    }

    /// What a member has made is good as long as the group may.
    @Test func ticketsAndSessionsOfMembersRestOnTheGroup() throws {
        try Self.with(["--allow-root", "--socket-group", "daemon", "--socket-group-role", "admin"])
        {
            jobd, socket in
            let id = try jobd.submit(["command": ["true"]])
            try jobd.finished(id)
            let (status, body) = try Self.ask(
                jobd, socket, Self.member, ["-X", "POST"], path: "/jobs/\(id)/ticket")
            #expect(status == 201)
            let answer = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
            let ticket = try #require(answer?["ticket"] as? String)
            #expect(try jobd.status("GET", "/jobs/\(id)/output?ticket=\(ticket)") == 200)
            _ = jobd.stop()
            jobd.arguments = ["--socket", socket]
            try jobd.start()
            #expect(try jobd.status("GET", "/jobs/\(id)/output?ticket=\(ticket)") == 401)
        }
    }
}
