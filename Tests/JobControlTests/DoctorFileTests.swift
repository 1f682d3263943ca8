import Foundation
import JobClient
import Testing

@testable import JobControl

/// What `jobctl doctor` finds in files.
@Suite struct DoctorFileTests {
    /// A state directory with all that a daemon leaves there.
    private final class Installation {
        let directory: String
        var state: String { "\(directory)/state" }
        var socket: String { "\(state)/jobd.sock" }
        var token: String { "\(state)/token" }
        private let descriptor: Int32

        init() throws {
            let name = "doctor-\(UInt64.random(in: 0...(.max)))"
            directory = "\(NSTemporaryDirectory())/\(name)"
            descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            for path in [directory, state, "\(state)/jobs", "\(state)/jobs/1"] {
                try #require(mkdir(path, 0o700) == 0)
            }
            try write("token", "jobd_1_secret\n")
            try write("jobs/1/journal", "x")
            try write("jobd.db", "x")
            try write("address", "http://127.0.0.1:7620\nunix:\(socket)\n")
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socket.utf8) }
            let result = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            try #require(result == 0)
            chmod(socket, 0o660)
        }

        deinit {
            close(descriptor)
            try? FileManager.default.removeItem(atPath: directory)
        }

        func write(_ name: String, _ text: String) throws {
            try Data(text.utf8).write(to: URL(filePath: "\(state)/\(name)"))
            chmod("\(state)/\(name)", 0o600)
        }

        /// An examination of it; nobody answers there.
        func examination() throws -> Examination {
            var surroundings = Surroundings.local
            surroundings.environment = ["HOME": directory]
            let endpoint = Endpoint(socketPath: socket)
            return Examination(
                endpoint: endpoint, origin: "--url",
                credentials: try Credentials(
                    for: endpoint, option: nil, file: nil, in: surroundings),
                surroundings: surroundings,
                state: StateSearch.directory(of: endpoint, in: surroundings),
                limit: .seconds(5))
        }

        /// The worst of what a check finds.
        func worst(_ check: any DoctorCheck) async throws -> (Finding.Level?, [Finding]) {
            let findings = await check.findings(try examination())
            let levels: [Finding.Level] = [.problem, .warning, .info, .ok]
            return (levels.first { level in findings.contains { $0.level == level } }, findings)
        }
    }

    private func expect(
        _ level: Finding.Level?, _ check: any DoctorCheck, _ installation: Installation,
        saying words: String = "", sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let (found, findings) = try await installation.worst(check)
        #expect(found == level, "\(findings)", sourceLocation: sourceLocation)
        #expect(
            words.isEmpty || findings.contains { $0.text.contains(words) }, "\(findings)",
            sourceLocation: sourceLocation)
        #expect(
            findings.allSatisfy { $0.level != .problem || $0.advice != nil },
            sourceLocation: sourceLocation)
        #expect(!"\(findings)".contains("secret"), sourceLocation: sourceLocation)
    }

    @Test func allIsWell() async throws {
        let installation = try Installation()
        #expect(try installation.examination().state == installation.state)
        #expect(
            try installation.examination().addresses.map(\.description)
                == ["http://127.0.0.1:7620"])
        try await expect(.ok, SocketCheck(), installation, saying: "mode 0660")
        try await expect(.ok, TokenFileCheck(), installation, saying: "mode 0600")
        try await expect(.ok, StateDirectoryCheck(), installation, saying: "mode 0700")
        // Others may pass through, to a socket below it.
        chmod(installation.state, 0o711)
        try await expect(.ok, StateDirectoryCheck(), installation)
    }

    @Test(arguments: [0o666, 0o662, 0o777, 0o670] as [mode_t])
    func socketsThatOthersCanOpen(_ mode: mode_t) async throws {
        let installation = try Installation()
        chmod(installation.socket, mode)
        try await expect(.problem, SocketCheck(), installation, saying: "others can open it")
    }

    @Test func whatIsNoSocket() async throws {
        let installation = try Installation()
        unlink(installation.socket)
        try await expect(.problem, SocketCheck(), installation, saying: "there is no")
        try installation.write("jobd.sock", "")
        try await expect(.problem, SocketCheck(), installation, saying: "no socket")
    }

    @Test func directoriesThroughWhichItCouldBeReplaced() async throws {
        let installation = try Installation()
        chmod(installation.directory, 0o777)
        try await expect(.problem, SocketCheck(), installation, saying: "everybody can replace it")
        try await expect(.problem, StateDirectoryCheck(), installation, saying: "everybody")
        chmod(installation.directory, 0o770)
        try await expect(.warning, SocketCheck(), installation, saying: "the members of")
        // Sticky: what is there stays, but the socket itself comes and goes.
        chmod(installation.directory, 0o1777)
        try await expect(.ok, SocketCheck(), installation)
        chmod(installation.state, 0o1777)
        try await expect(.warning, SocketCheck(), installation, saying: "while the daemon is away")
    }

    @Test(arguments: [0o644, 0o640, 0o620, 0o601] as [mode_t])
    func tokensThatOthersCanRead(_ mode: mode_t) async throws {
        let installation = try Installation()
        chmod(installation.token, mode)
        try await expect(.problem, TokenFileCheck(), installation, saying: "others can have read")
    }

    @Test func tokensThatAreElsewhere() async throws {
        let installation = try Installation()
        unlink(installation.token)
        try await expect(.info, TokenFileCheck(), installation, saying: "there is no")
        try installation.write("other", "jobd_1_secret")
        symlink("\(installation.state)/other", installation.token)
        try await expect(.problem, TokenFileCheck(), installation, saying: "a symbolic link")
        symlink("/etc/passwd", "\(installation.state)/link")
        try await expect(.warning, StateDirectoryCheck(), installation, saying: "leads elsewhere")
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give files away"))
    func tokensOfSomebodyElse() async throws {
        let installation = try Installation()
        chown(installation.token, 12_345, 0)
        try await expect(.problem, TokenFileCheck(), installation, saying: "user 12345")
        chown(installation.token, 0, 0)
        chown(installation.directory, 12_345, 0)
        try await expect(.problem, SocketCheck(), installation, saying: "belongs to user 12345")
    }

    @Test(arguments: [0o755, 0o750, 0o733, 0o722] as [mode_t])
    func statesThatOthersCanSee(_ mode: mode_t) async throws {
        let installation = try Installation()
        chmod(installation.state, mode)
        try await expect(.problem, StateDirectoryCheck(), installation, saying: "mode 0")
    }

    @Test(arguments: ["jobd.db", "jobs/1/journal"])
    func filesThatOthersCanRead(_ name: String) async throws {
        let installation = try Installation()
        chmod("\(installation.state)/\(name)", 0o644)
        try await expect(.problem, StateDirectoryCheck(), installation, saying: name)
    }

    @Test func whatCannotBeSeen() async throws {
        let installation = try Installation()
        var examination = try installation.examination()
        examination.state = nil
        let hidden = await StateDirectoryCheck().findings(examination)
        #expect(hidden.map(\.level) == [.info])
        #expect(hidden.first?.text == "not visible as this user")
        // Elsewhere there is nothing to be seen at all.
        examination.endpoint = try #require(Endpoint("https://jobs.example.org"))
        #expect(await StateDirectoryCheck().findings(examination).isEmpty)
        #expect(await TokenFileCheck().findings(examination).isEmpty)
        #expect(await SocketCheck().findings(examination).isEmpty)
        #expect(await ProcessCheck().findings(examination).isEmpty)
    }

    @Test func stateIsFoundByItsAddress() throws {
        let installation = try Installation()
        var surroundings = Surroundings.local
        surroundings.environment = ["STATE_DIRECTORY": installation.state]
        func found(_ url: String) throws -> String? {
            StateSearch.directory(of: try #require(Endpoint(url)), in: surroundings)
        }
        #expect(try found("http://127.0.0.1:7620") == installation.state)
        #expect(try found("http://localhost:7620") == installation.state)
        #expect(try found("unix:\(installation.socket)") == installation.state)
        #expect(try found("http://127.0.0.1:7621") == nil)
        #expect(try found("http://example.org:7620") == nil)
        #expect(try found("unix:/nowhere/jobd.sock") == nil)
    }

    @Test func fileSystemsAndRoom() {
        #expect(FileSystemCheck.finding(kind: 0xEF53, "/s").level == .ok)
        for kind: Int64 in [0x6969, 0xFF53_4D42, 0x6573_5546, 0x0102_1994] {
            #expect(FileSystemCheck.finding(kind: kind, "/s").level == .warning)
        }
        let gibibyte = 1_073_741_824.0
        func level(_ free: Double, _ total: Double) -> Finding.Level {
            DiskSpaceCheck.finding(free: free * gibibyte, total: total * gibibyte, "/s").level
        }
        #expect(level(2, 10) == .ok)
        #expect(level(0.9, 10) == .warning)
        #expect(level(4, 100) == .warning)
        #expect(level(6, 100) == .ok)
    }

    /// What the kernel says of the disk that this runs on, and of one in memory.
    @Test func realFileSystems() async throws {
        let installation = try Installation()
        var examination = try installation.examination()
        #expect(await DiskSpaceCheck().findings(examination).count == 1)
        #expect(await FileSystemCheck().findings(examination).count == 1)
        examination.state = "/dev/shm"
        let findings = await FileSystemCheck().findings(examination)
        #expect(findings.first?.text.contains("tmpfs") == true, "\(findings)")
    }

    @Test func users() {
        #expect(UserNames.user(0) == "root")
        #expect(UserNames.group(0) == "root")
        #expect(UserNames.user(4_000_000) == "user 4000000")
        #expect(UserNames.members(of: 0).contains("root"))
        #expect(UserNames.members(of: 4_000_000).isEmpty)
    }
}
