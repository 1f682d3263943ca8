import Foundation
import JobTestSupport
import Testing

/// Links of a daemon that a proxy serves under a path.
@Suite(.serialized) struct BasePathTests {
    /// All texts in a value that begin like a path of the API.
    private func paths(_ value: Any) -> [String] {
        switch value {
        case let text as String: text.hasPrefix("/") ? [text] : []
        case let list as [Any]: list.flatMap(paths)
        case let object as [String: Any]: object.values.flatMap(paths)
        default: []
        }
    }

    @Test func everyLinkBeginsWithIt() throws {
        try DaemonFixture.with(["--base-path", "/jobd"]) { jobd in
            let job = #"{"command": ["true"]}"#
            // What each answer has to hold at least, so that an empty one is seen.
            let requests: [(method: String, path: String, body: String?, links: Int)] = [
                ("POST", "/jobs?wait=20", job, 3),
                ("POST", "/jobs?wait=20", job, 3),
                ("POST", "/jobs/batch", #"{"jobs": [\#(job)]}"#, 3),
                ("GET", "/jobs/1", nil, 3),
                ("GET", "/jobs?limit=1", nil, 4),
                ("GET", "/jobs/1/attempts", nil, 1),
                ("PUT", "/queues/other", #"{"slots": 1}"#, 1),
                ("GET", "/queues/other", nil, 1),
                ("GET", "/queues", nil, 2),
                ("POST", "/tokens", #"{"name": "ci", "role": "read"}"#, 0),
            ]
            for (method, path, body, links) in requests {
                let (head, bytes) = try jobd.request(method, path, [:], body: body)
                #expect((200...201).contains(head.status), "\(method) \(path)")
                var found = paths(try JSONSerialization.jsonObject(with: Data(bytes)))
                #expect(found.count >= links, "\(method) \(path)")
                if head.status == 201, path != "/jobs/batch" {
                    let place = try #require(head.headers["location"], "\(method) \(path)")
                    found.append(place)
                }
                #expect(found.allSatisfy { $0.hasPrefix("/jobd/") }, "\(path): \(found)")
            }
            // A stream writes its links when its head is long gone.
            let (_, bytes) = try jobd.request(
                "GET", "/jobs/1/progress?after=999999", [:], body: nil)
            let stream = String(decoding: bytes, as: UTF8.self)
            #expect(stream.contains("event: reset"))
            #expect(stream.contains(#""self":"/jobd/jobs/1""#), "\(stream)")
        }
    }
}
