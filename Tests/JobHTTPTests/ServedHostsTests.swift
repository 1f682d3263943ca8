import Testing

@testable import JobHTTP

struct ServedHostsTests {
    private let hosts = ServedHosts(["Jobs.example.org"])

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("192.0.2.7:7620", "::ffff:192.0.2.7"),
        ("[2001:db8::7]:7620", "2001:db8:0:0::7"), ("[fe80::1]", "fe80::1%eth0"),
        ("jobs.EXAMPLE.org", "192.0.2.7"), ("localhost", "192.0.2.7"),
    ])
    func whatLeadsHereIsServed(authority: String, local: String) {
        #expect(hosts.contains(authority, local: local))
    }

    @Test(arguments: [
        ("192.0.2.8", "192.0.2.7"), ("192.0.2.7", nil), ("[2001:db8::8]", "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7"), ("192.0.2.7.", "192.0.2.8"), ("[192.0.2.7]", "192.0.2.7"),
        ("192.0.2.7:7620:1", "192.0.2.7"), ("192.0.2.07", "192.0.2.7"), ("", "192.0.2.7"),
        (":80", "192.0.2.7"), (".", "192.0.2.7"),
    ])
    func whatLeadsElsewhereIsNot(authority: String, local: String?) {
        #expect(!hosts.contains(authority, local: local))
    }
}
