import Foundation
import JobTestSupport
import Testing

/// Clients that are gone before anybody has looked at them.
@Suite(.serialized) struct ResetConnectionTests {
    /// Who a request came from is known from the moment its connection was accepted,
    /// and never made up.
    @Test func whatTheySentIsNotTheSockets() throws {
        try DaemonFixture.guarded { jobd in
            let port = try #require(jobd.address.split(separator: ":").last.flatMap { UInt16($0) })
            let body = #"{"command":["true"]}"#
            let wrong = bearer("jobd_1_wrong")["Authorization"] ?? ""
            for number in 0..<80 {
                let authorization =
                    number.isMultiple(of: 4) ? wrong : "Bearer \(try #require(jobd.bearer))"
                let connection = try RawConnection(port: port)
                connection.resetWhenDropped()
                connection.send(
                    """
                    POST /jobs HTTP/1.1\r
                    Host: localhost\r
                    Authorization: \(authorization)\r
                    Content-Type: application/json\r
                    Content-Length: \(body.utf8.count)\r
                    \r
                    \(body)
                    """)
            }
            // The last of them is told of before this one is.
            let id = try jobd.submit(["command": ["true"]])
            try waitUntil("the log tells of the last job") {
                try String(contentsOfFile: jobd.log, encoding: .utf8).contains("job=\(id) ")
            }
            let log = try String(contentsOfFile: jobd.log, encoding: .utf8)
            #expect(log.contains("from=127.0.0.1"))
            #expect(!log.contains("from=unix") && !log.contains("from=unknown"))
        }
    }
}
