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
        "http://x?y", "http://a b",
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
}
