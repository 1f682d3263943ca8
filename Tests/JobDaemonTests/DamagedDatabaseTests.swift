import Foundation
import Glibc
import JobTestSupport
import Testing

/// A database in which something is broken.
@Suite(.serialized) struct DamagedDatabaseTests {
    /// Who cannot store a job does not say that all is well, whatever else it can write.
    @Test func aDaemonThatCanStoreNoJobIsNotReady() throws {
        try DaemonFixture.with { jobd in
            try jobd.finished(try jobd.submit(["command": ["true"]]))
            #expect(jobd.stop() == 0)
            let database = "\(jobd.state)/jobd.db"
            let root = try Self.sqlite(
                database, "SELECT rootpage FROM sqlite_schema WHERE name = 'events_by_job'", jobd)
            let size = try Self.sqlite(database, "PRAGMA page_size", jobd)
            let page = try #require(Int(root)), bytes = try #require(Int(size))
            let file = open(database, O_WRONLY)
            let rubbish = [UInt8](repeating: 0xa5, count: bytes)
            #expect(pwrite(file, rubbish, bytes, off_t((page - 1) * bytes)) == bytes)
            close(file)
            try jobd.start()
            for _ in 0..<2 {
                #expect(try jobd.send("POST", "/jobs", ["command": ["true"]]).status >= 500)
                let ready = try jobd.json("GET", "/ready")
                #expect(ready.status == 503)
                #expect((ready.object["detail"] as? String)?.contains("damaged") == true)
                let metrics = try jobd.request("GET", "/metrics").body
                #expect(String(decoding: metrics, as: UTF8.self).contains("jobd_storage_ok 0"))
            }
        }
    }

    private static func sqlite(
        _ database: String, _ sql: String, _ jobd: DaemonFixture
    ) throws -> String {
        let output = "\(jobd.directory)/\(UUID().uuidString)"
        let process = try ChildProcess("/usr/bin/sqlite3", [database, sql], output: output)
        process.wait()
        return try String(contentsOfFile: output, encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
