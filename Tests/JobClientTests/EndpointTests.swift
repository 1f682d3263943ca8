import JobClient
import Testing

/// Which URLs name a daemon, and where one is looked for.
@Suite struct EndpointTests {
    @Test(arguments: [
        ("unix:/run/jobd/jobd.sock", "unix:/run/jobd/jobd.sock"),
        ("unix:///run/jobd.sock", "unix:/run/jobd.sock"),
        ("http://localhost:7620/", "http://localhost:7620"),
        ("https://jobs.example.org/jobd/", "https://jobs.example.org/jobd"),
        ("http://[::1]:7620", "http://[::1]:7620"),
    ])
    func understood(_ text: String, _ description: String) {
        #expect(Endpoint(text)?.description == description)
    }

    @Test(arguments: [
        "", "localhost:7620", "unix:", "unix:relative", "unix:/", "http://", "http:///x", "ftp://x",
        "http://x?y", "http://a b", "http://127.0.0.1@elsewhere:1", "http://127.0.0.1\\@elsewhere",
        "http://user:secret@127.0.0.1",
    ])
    func refused(_ text: String) {
        #expect(Endpoint(text) == nil)
    }

    /// Settings, files that exist, and what is found.
    static let discoveries: [([String: String], [String: String], String?)] = [
        (
            ["JOBD_URL": "http://h:1", "HOME": "/h"], ["/h/.local/state/jobd/jobd.sock": ""],
            "http://h:1"
        ),
        (["JOBD_URL": "nonsense"], [:], nil),
        (["JOBD_URL": "", "HOME": "/h"], [:], "http://127.0.0.1:7620"),
        ([:], [:], "http://127.0.0.1:7620"),
        (
            ["RUNTIME_DIRECTORY": "/run/a:/run/b", "XDG_RUNTIME_DIR": "/x"],
            ["/run/a/jobd.sock": "", "/x/jobd.sock": ""], "unix:/run/a/jobd.sock"
        ),
        (
            ["XDG_RUNTIME_DIR": "/x", "HOME": "/h"],
            ["/x/jobd.sock": "", "/run/jobd/jobd.sock": ""], "unix:/x/jobd.sock"
        ),
        (
            ["XDG_RUNTIME_DIR": "/x", "HOME": "/h"],
            ["/h/.local/state/jobd/jobd.sock": "", "/run/jobd/jobd.sock": ""],
            "unix:/h/.local/state/jobd/jobd.sock"
        ),
        (
            ["STATE_DIRECTORY": "/s", "XDG_STATE_HOME": "/y", "HOME": "/h"],
            ["/s/jobd.sock": "", "/y/jobd/jobd.sock": ""], "unix:/s/jobd.sock"
        ),
        (
            ["XDG_STATE_HOME": "/y", "HOME": "/h"],
            ["/run/jobd/jobd.sock": "", "/y/jobd/address": ""],
            "unix:/run/jobd/jobd.sock"
        ),
        (
            ["HOME": "/h"],
            ["/h/.local/state/jobd/address": "\nhttp://127.0.0.1:5000\nunix:/else\n"],
            "http://127.0.0.1:5000"
        ),
        (["HOME": "/h"], ["/h/.local/state/jobd/address": "garbage\n"], "http://127.0.0.1:7620"),
    ]

    @Test(arguments: discoveries)
    func discovery(_ environment: [String: String], _ files: [String: String], _ found: String?) {
        let fileSystem = Endpoint.FileSystem(
            exists: { files[$0] != nil }, read: { files[$0] })
        let endpoint = Endpoint.discover(environment: environment, files: fileSystem)
        #expect(endpoint?.description == found)
    }

    @Test(arguments: [
        ("unix:/run/jobd.sock", true, false), ("http://127.0.0.1:7620", true, false),
        ("http://127.9.9.9", true, false), ("http://localhost:1/base", true, false),
        ("http://LocalHost", true, false), ("http://[::1]:7620", true, false),
        ("https://localhost", true, false), ("http://127.1:7620", false, true),
        ("http://127.0.0.1.example.org", false, true), ("http://127.0.0.256", false, true),
        ("http://0x7f.0.0.1", false, true), ("http://localhost.example.org", false, true),
        ("http://[::ffff:127.0.0.1]", false, true), ("https://example.org", false, false),
        ("http://10.0.0.1", false, true), ("http://example.org/127.0.0.1", false, true),
    ])
    func loopback(_ url: String, _ isLoopback: Bool, _ isPlainRemote: Bool) throws {
        let endpoint = try #require(Endpoint(url))
        #expect(endpoint.isLoopback == isLoopback)
        #expect(endpoint.isPlainRemote == isPlainRemote)
    }

    @Test(arguments: [
        ("http://127.0.0.1:7620/base", "127.0.0.1", 7620), ("https://a.example", "a.example", 443),
        ("http://[::1]", "::1", 80), ("http://[::1]:8", "::1", 8),
    ])
    func parts(_ url: String, _ host: String, _ port: Int) throws {
        let endpoint = try #require(Endpoint(url))
        #expect(endpoint.host == host)
        #expect(endpoint.port == port)
    }

    @Test func tokenFiles() {
        let places = DaemonPlaces(environment: [
            "RUNTIME_DIRECTORY": "/run/a", "XDG_RUNTIME_DIR": "/x", "HOME": "/h",
        ])
        #expect(
            places.tokenFiles == [
                "/run/a/token", "/x/token", "/h/.local/state/jobd/token", "/run/jobd/token",
                "/var/lib/jobd/token",
            ])
        #expect(
            DaemonPlaces(environment: ["STATE_DIRECTORY": "/var/lib/jobd"]).tokenFiles == [
                "/var/lib/jobd/token", "/run/jobd/token",
            ])
        let readable = Endpoint.FileSystem(
            exists: { _ in true }, read: { $0.hasPrefix("/h/") ? "secret" : nil })
        #expect(places.tokenFile(files: readable) == "/h/.local/state/jobd/token")
        let none = Endpoint.FileSystem(exists: { _ in true }, read: { _ in nil })
        #expect(places.tokenFile(files: none) == nil)
    }
}
