import Foundation
import JobTestSupport
import Testing

/// Settings that could be understood in two ways, or not as a whole.
@Suite(.serialized) struct SettingRefusalTests {
    @Test(arguments: [
        ("--slots", "2.7"), ("--slots", "0x10"), ("--slots", "+2"), ("--slots", "1e3"),
        ("--stall-seconds", "1.9"), ("--connection-limit", "10.5"), ("--ticket-seconds", "1.5"),
        ("--request-timeout-seconds", "0.10001"), ("--retention-seconds", "0x10"),
        ("--retention-seconds", "0.0000001"), ("--keepalive-seconds", "inf"),
    ])
    func aFlagIsNotRounded(flag: String, value: String) throws {
        let jobd = try DaemonFixture()
        defer { jobd.tearDown() }
        let (status, log) = try jobd.failedStart(flag, value)
        #expect(status == 64 && log.contains(flag) && log.contains(value), "\(log)")
    }

    @Test(arguments: [
        "slots: [1, 2]", "slots: {a: 1}", "allowed_hosts: [a, {b: c}]", "allowed_hosts: [a, [d]]",
        "stall_seconds: 1.9", "slots: 1\nslots: 2",
    ])
    func aFileIsUnderstoodAsAWhole(text: String) throws {
        let jobd = try DaemonFixture()
        defer { jobd.tearDown() }
        let file = "\(jobd.directory)/config.yaml"
        try Data("\(text)\n".utf8).write(to: URL(filePath: file))
        let (status, log) = try jobd.failedStart("--config", file)
        #expect(status == 78 && log.contains(text.prefix { $0 != ":" }), "\(log)")
    }
}
