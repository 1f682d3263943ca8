import Testing

@testable import JobControl

/// That documents are put together without changing what is in them.
@Suite struct JSONTextTests {
    @Test func members() {
        let text = #" { "jobs" : [ {"a":"},]\"" , "b":[1,{}]} , 2 ] ,"next":null, "x":{"jobs":1}} "#
        let members = JSONText.members(of: Array(text.utf8))
        #expect(members.map(\.name) == ["jobs", "next", "x"])
        #expect(
            members.map { String(decoding: $0.value, as: UTF8.self) } == [
                #"[ {"a":"},]\"" , "b":[1,{}]} , 2 ]"#, "null", #"{"jobs":1}"#,
            ])
        let array = members.first.map { Array($0.value) } ?? []
        #expect(
            String(decoding: JSONText.contents(ofArray: array), as: UTF8.self)
                == #"{"a":"},]\"" , "b":[1,{}]} , 2"#)
    }

    @Test(arguments: ["", "[]", "{}", "[{\"a\":1}]"])
    func noMembers(_ text: String) {
        #expect(JSONText.members(of: Array(text.utf8)).isEmpty)
        #expect(JSONText.contents(ofArray: Array("[ ]".utf8)).isEmpty)
    }

    @Test func severalDocumentsBecomeOneLine() {
        let jobs = [Array("{\"id\":1}\n".utf8), Array("{\"id\": 2}".utf8)]
        #expect(
            String(decoding: JobsDocument.json(jobs), as: UTF8.self)
                == #"{"jobs":[{"id":1},{"id": 2}]}"#)
        #expect(
            String(decoding: JobsDocument.reset(jobs[0]), as: UTF8.self)
                == #"{"reset":{"id":1}}"#)
    }

    @Test func strings() {
        #expect(JSONText.string("a\"\\\n\r\t\0\u{1F}ü🚀") == #""a\"\\\n\r\t\u0000\u001fü🚀""#)
    }
}
