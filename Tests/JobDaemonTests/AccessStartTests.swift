import Foundation
import Glibc
import JobTestSupport
import Testing

/// What the daemon makes, checks and refuses when it starts.
@Suite(.serialized) struct AccessStartTests {
    /// A daemon that was not started yet, and asks for tokens.
    private static func with(_ body: (DaemonFixture) throws -> Void) throws {
        let jobd = try DaemonFixture()
        defer { jobd.tearDown() }
        jobd.asksForTokens = true
        try body(jobd)
    }

    private static func mode(_ path: String) -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o777 : nil
    }

    // MARK: The socket

    /// Only a socket without a listener is taken for one that a daemon has left.
    @Test func aSocketsPathTakesNothingElsesPlace() throws {
        try Self.with { jobd in
            let file = "\(jobd.directory)/precious"
            let link = "\(jobd.directory)/link"
            try Data("theirs".utf8).write(to: URL(filePath: file))
            symlink(file, link)
            for path in [file, link] {
                let (status, log) = try jobd.failedStart("--socket", path)
                #expect(status == 69 && log.contains("is no socket") && log.contains(path))
                #expect(try String(contentsOfFile: path, encoding: .utf8) == "theirs")
            }
            #expect(Self.mode(link) != nil)
        }
    }

    // MARK: The first token

    @Test func theFirstTokenIsMadeOnceAndStays() throws {
        try Self.with { jobd in
            try jobd.start()
            let token = try jobd.token
            #expect(Self.mode("\(jobd.state)/token") == 0o600)
            #expect(token.hasPrefix("jobd_1_"))
            #expect(try jobd.status("GET", "/tokens", bearer(token)) == 200)
            try jobd.killAndRestart()
            #expect(try jobd.token == token)
            #expect(try jobd.status("GET", "/tokens", bearer(token)) == 200)
            #expect(!FileManager.default.fileExists(atPath: "\(jobd.state)/token.new"))
        }
    }

    private enum Spoiling: CaseIterable {
        case removed, emptied, revoked, readable, link, directory
    }

    @Test(arguments: Spoiling.allCases)
    private func aFirstTokenThatIsNotGoodIsReplaced(by spoiling: Spoiling) throws {
        try Self.with { jobd in
            try jobd.start()
            let old = try jobd.token
            let file = "\(jobd.state)/token"
            let elsewhere = "\(jobd.directory)/elsewhere"
            switch spoiling {
            case .removed: unlink(file)
            case .emptied: truncate(file, 0)
            case .revoked:
                #expect(try jobd.request("DELETE", "/tokens/first", bearer(old)).head.status == 204)
            case .readable: chmod(file, 0o644)
            case .link:
                unlink(file)
                try Data("theirs".utf8).write(to: URL(filePath: elsewhere))
                symlink(elsewhere, file)
            case .directory:
                // rename(2) does not replace one: the start says so.
                unlink(file)
                mkdir(file, 0o700)
            }
            jobd.kill()
            if spoiling == .directory {
                let (status, log) = try jobd.failedStart()
                #expect(status == 73 && log.contains(file))
                return
            }
            try jobd.start()
            let new = try jobd.token
            #expect(new != old && Self.mode(file) == 0o600)
            #expect(try jobd.status("GET", "/tokens", bearer(new)) == 200)
            #expect(try jobd.status("GET", "/tokens", bearer(old)) == 401)
            if spoiling == .link {
                #expect(try String(contentsOfFile: elsewhere, encoding: .utf8) == "theirs")
            }
            let log = try String(contentsOfFile: jobd.log, encoding: .utf8)
            #expect(!log.contains(new) && !log.contains(old))
        }
    }

    // MARK: The state directory

    @Test func aStateDirectoryThatOthersWriteToIsRefused() throws {
        for mode: mode_t in [0o777, 0o770, 0o1777, 0o702] {
            try Self.with { jobd in
                mkdir(jobd.state, 0o700)
                chmod(jobd.state, mode)
                let (status, log) = try jobd.failedStart()
                #expect(status == 73)
                #expect(log.contains("chmod go-w \(jobd.state)"))
                #expect(try FileManager.default.contentsOfDirectory(atPath: jobd.state) == ["jobs"])
            }
        }
    }

    @Test(.enabled(if: geteuid() == 0)) func aStateDirectoryOfSomebodyElseIsRefused() throws {
        try Self.with { jobd in
            mkdir(jobd.state, 0o700)
            chown(jobd.state, 65_534, 65_534)
            let (status, log) = try jobd.failedStart()
            #expect(status == 73 && log.contains("belongs to user 65534"))
        }
    }

    @Test func theStateDirectoryItselfMayBeALink() throws {
        try Self.with { jobd in
            mkdir("\(jobd.directory)/real", 0o700)
            symlink("\(jobd.directory)/real", jobd.state)
            try jobd.start()
            #expect(try jobd.status("GET", "/jobs", bearer(try jobd.token)) == 200)
        }
    }

    @Test(arguments: ["jobd.db", "jobd.db-wal", "lock", "jobs"])
    func linksInTheStateDirectoryAreNotFollowed(name: String) throws {
        try Self.with { jobd in
            mkdir(jobd.state, 0o700)
            let target = "\(jobd.directory)/target"
            if name == "jobs" { mkdir(target, 0o755) } else { touch(target) }
            symlink(target, "\(jobd.state)/\(name)")
            let (status, log) = try jobd.failedStart()
            #expect(status == 73)
            #expect(log.contains("\(jobd.state)/\(name)") && log.contains("Remove it"), "\(log)")
            var found = stat()
            #expect(stat(target, &found) == 0 && (name == "jobs" || found.st_size == 0))
        }
    }

    @Test func whatOthersCouldReadTheyNoLongerCan() throws {
        try Self.with { jobd in
            try jobd.start()
            jobd.kill()
            let files = ["jobd.db", "jobd.db-wal", "jobd.db-shm", "lock", "address"]
            for name in files { #expect(chmod("\(jobd.state)/\(name)", 0o666) == 0, "\(name)") }
            chmod("\(jobd.state)/jobs", 0o777)
            chmod(jobd.state, 0o755)
            try jobd.start()
            for name in files { #expect(Self.mode("\(jobd.state)/\(name)") == 0o600, "\(name)") }
            #expect(Self.mode("\(jobd.state)/jobs") == 0o711)
        }
    }

    // MARK: Addresses and groups

    @Test func withoutAuthenticationOnlyLoopbackIsListenedOn() throws {
        for address in ["0.0.0.0:0", "[::]:0"] {
            try Self.with { jobd in
                let (status, log) = try jobd.failedStart("--no-auth", "--listen", address)
                #expect(status == 64)
                #expect(log.contains("--no-auth is for loopback addresses only"), "\(log)")
                #expect(!FileManager.default.fileExists(atPath: "\(jobd.state)/jobd.sock"))
            }
        }
        // Not every container has addresses of version 6: proc_pid_net(5).
        let addresses = FileManager.default.contents(atPath: "/proc/self/net/if_inet6") ?? Data()
        let hasOwn = addresses.range(of: Data(" lo\n".utf8)) != nil
        let own = hasOwn ? "[::1]:0" : "127.0.0.1:0"
        try DaemonFixture.with(["--listen", own]) { jobd in
            #expect(try jobd.json("GET", "/session").object["identity"] as? String == "anyone")
            let log = try String(contentsOfFile: jobd.log, encoding: .utf8)
            #expect(log.contains("Running without authentication"))
        }
    }

    @Test func withoutAuthenticationNothingIsTakenFromProxies() throws {
        try DaemonFixture.with { jobd in
            for name in ["X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host", "Via"] {
                try jobd.expectRefusal(
                    "GET", "/jobs", headers: [name: "192.0.2.1"], status: 403, code: "forbidden")
            }
            // Tokens that are shown count all the same, right ones and wrong ones.
            let token = bearer(try jobd.token)
            let session = try jobd.json("GET", "/session", token).object
            #expect(session["identity"] as? String == "token:first")
            #expect(try jobd.status("GET", "/jobs", bearer("jobd_1_wrong")) == 401)
        }
    }

    @Test func otherAddressesAreListenedOnWithAWarning() throws {
        try DaemonFixture.guarded(["--listen", "0.0.0.0:0"]) { jobd in
            let log = try String(contentsOfFile: jobd.log, encoding: .utf8)
            #expect(log.contains("can read tokens") && log.contains("http://0.0.0.0:"))
            let text = try String(contentsOfFile: "\(jobd.state)/address", encoding: .utf8)
            let open = try #require(text.split(separator: "\n").first { $0.contains("0.0.0.0") })
            let url = open.replacingOccurrences(of: "0.0.0.0", with: "127.0.0.1")
            #expect(
                try jobd.withoutBearer { try jobd.request("GET", "/jobs", to: url) }.head.status
                    == 401)
            #expect(try jobd.request("GET", "/jobs", to: url).head.status == 200)
        }
    }

    @Test func aGroupThatDoesNotExistIsRefused() throws {
        try Self.with { jobd in
            let (status, log) = try jobd.failedStart("--socket-group", "no-such-group")
            #expect(status == 78)
            #expect(log.contains("there is no group 'no-such-group'"))
            let (code, text) = try jobd.failedStart("--socket-group-role", "root")
            #expect(code == 64 && text.contains("read, submit, admin"))
        }
    }

    /// Where jobs run as root, members of the socket's group would be root.
    @Test(.enabled(if: geteuid() == 0), arguments: ["submit", "admin"])
    func aGroupThatWouldBeRootIsRefused(role: String) throws {
        try Self.with { jobd in
            let group = ["--socket-group", "daemon", "--socket-group-role"]
            jobd.arguments = group + [role]
            let (status, log) = try jobd.failedStart()
            #expect(status == 78 && log.contains("run_as") && log.contains("allow_root"))
            for arguments in [
                group + ["read"], group + [role, "--run-as", "nobody"],
                group + [role, "--allow-root"],
            ] {
                jobd.arguments = arguments
                try jobd.start()
                jobd.kill()
            }
        }
    }
}
