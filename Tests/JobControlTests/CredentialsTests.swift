import Foundation
import JobClient
import Testing

@testable import JobControl

/// Which token goes where.
@Suite struct CredentialsTests {
    private static let file = "/h/.local/state/jobd/token"

    /// A machine on which this user's daemon has left its token.
    private func surroundings(
        _ variables: [String: String] = [:], listeners: Set<UInt32> = [1000], owner: UInt32 = 1000
    ) -> Surroundings {
        Surroundings(
            environment: variables.merging(["HOME": "/h"]) { $1 },
            files: Endpoint.FileSystem(
                exists: { $0 == Self.file }, read: { $0 == Self.file ? "found\n" : nil }),
            user: 1000, owner: { _ in owner }, listeners: { $0 == 7620 ? listeners : [] })
    }

    private func credentials(
        _ url: String, option: String? = nil, file: String? = nil, in machine: Surroundings
    ) throws -> Credentials {
        try Credentials(
            for: try #require(Endpoint(url)), option: option, file: file, in: machine)
    }

    /// The file is the daemon's key to everything: it goes to this machine only.
    @Test(arguments: [
        ("http://127.0.0.1:7620", true), ("http://localhost:7620", true),
        ("http://[::1]:7620", true), ("https://localhost:7620", true),
        ("unix:/run/jobd.sock", false), ("http://example.org:7620", false),
        ("https://example.org:7620", false), ("http://127.0.0.1.example.org:7620", false),
        // Nobody is seen to listen there.
        ("http://127.0.0.1:7621", false),
    ])
    func theFileGoesToThisMachineOnly(_ url: String, _ isSent: Bool) throws {
        let credentials = try credentials(url, in: surroundings())
        #expect(
            credentials.token
                == (isSent ? Credentials.Token(text: "found", origin: .discovered(Self.file)) : nil)
        )
        #expect(credentials.warnings.isEmpty)
    }

    @Test func theFileGoesToNoOtherUser() throws {
        let stranger = try credentials("http://127.0.0.1:7620", in: surroundings(listeners: [1001]))
        #expect(stranger.token == nil)
        #expect(stranger.warnings.count == 1 && stranger.warnings[0].contains("1001"))
        #expect(!stranger.warnings[0].contains("found"))
        let both = try credentials(
            "http://127.0.0.1:7620", in: surroundings(listeners: [1000, 1001]))
        #expect(both.token == nil)
        // A system's daemon, and a socket that systemd opened.
        for machine in [surroundings(listeners: [999], owner: 999), surroundings(listeners: [0])] {
            #expect(try credentials("http://127.0.0.1:7620", in: machine).token?.text == "found")
        }
    }

    @Test func whatIsGivenComesFirst() throws {
        let machine = surroundings(["JOBD_TOKEN": "variable"])
        let url = "http://127.0.0.1:7620"
        #expect(
            try credentials(url, option: "option", in: machine).token
                == Credentials.Token(text: "option", origin: .option))
        #expect(
            try credentials(url, in: machine).token
                == Credentials.Token(text: "variable", origin: .variable))
        // Given explicitly it goes everywhere, to a socket as well.
        for url in ["unix:/s", "https://example.org"] {
            #expect(try credentials(url, in: machine).token?.text == "variable")
        }
        #expect(
            try credentials(url, in: surroundings(["JOBD_TOKEN": ""])).token?.text == "found")
    }

    @Test func aTokenInTheClearIsWarnedOf() throws {
        let machine = surroundings()
        let plain = try credentials("http://example.org", option: "secret", in: machine)
        #expect(plain.warnings.count == 1 && !plain.warnings[0].contains("secret"))
        #expect(try credentials("http://example.org", in: machine).warnings.isEmpty)
        for url in ["https://example.org", "http://127.0.0.1:7620", "unix:/s"] {
            #expect(try credentials(url, option: "secret", in: machine).warnings.isEmpty)
        }
    }

    @Test(arguments: ["", " ", "a b", "a\r\nX-Evil: 1", "ä"])
    func whatIsNoTokenIsNotSent(_ text: String) throws {
        let error = #expect(throws: Trouble.self) {
            _ = try credentials("unix:/s", option: text, in: surroundings())
        }
        #expect(error?.status == 64)
        #expect(error?.message.contains("--token") == true)
        #expect(error?.message.contains("Evil") == false)
    }

    @Test func tokenFiles() throws {
        let path = "\(NSTemporaryDirectory())/token-\(UInt64.random(in: 0...(.max)))"
        defer { unlink(path) }
        try Data("  secret\n".utf8).write(to: URL(filePath: path))
        #expect(
            try credentials("unix:/s", file: path, in: surroundings()).token
                == Credentials.Token(text: "secret", origin: .file(path)))
        for text in ["", "\n", String(repeating: "x", count: 5000)] {
            try Data(text.utf8).write(to: URL(filePath: path))
            #expect(throws: Trouble.self) {
                _ = try credentials("unix:/s", file: path, in: surroundings())
            }
        }
        #expect(throws: Trouble.self) {
            _ = try credentials("unix:/s", file: "/nowhere", in: surroundings())
        }
        // It has no end.
        #expect(throws: Trouble.self) {
            _ = try credentials("unix:/s", file: "/dev/zero", in: surroundings())
        }
    }

    @Test func listeningUsers() {
        let table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid
               0: 0100007F:1DC4 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1001 0 88
               1: 00000000:1DC4 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0 0 89
               2: 0100007F:1DC4 0100007F:D431 01 00000000:00000000 00:00000000 00000000  1002 0 90
               3: 0100007F:1DC5 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1003 0 91
            """
        #expect(ListeningUsers.users(of: 7620, in: table) == [0, 1001])
        #expect(ListeningUsers.users(of: 7621, in: table) == [1003])
        #expect(ListeningUsers.users(of: 80, in: table) == [])
        #expect(ListeningUsers.users(of: 80, in: "") == [])
    }

    /// The kernel's real table, for a socket of our own.
    @Test func thisProcessIsSeenToListen() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        try #require(listen(descriptor, 1) == 0)
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let named = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &size)
            }
        }
        try #require(named == 0)
        let port = Int(UInt16(bigEndian: address.sin_port))
        #expect(Surroundings.local.listeners(port) == [geteuid()])
    }
}
