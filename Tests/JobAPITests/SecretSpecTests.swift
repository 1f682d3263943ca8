import JobAPI
import JobModel
import Testing

/// `secret_env` in submissions and in what is shown.
@Suite struct SecretSpecTests {
    @Test func valuesAreTakenAndNamesShown() throws {
        let spec = try JobSpec(
            json: Array(
                #"{"command":"a","env":{"C":"x"},"secret_env":{"B":"longer","A":"four"}}"#.utf8)
        )
        #expect(spec.secretEnvironment == ["A": .value("four"), "B": .value("longer")])
        var json = JSONWriter()
        json.value(
            Job(
                id: JobID(rawValue: 1), spec: spec, state: .queued, attempt: 0,
                createdAt: Timestamp(microseconds: 0), cursor: EventID(rawValue: 1)))
        let text = String(decoding: json.bytes, as: UTF8.self)
        #expect(text.contains(#""secret_env":["A","B"]"#))
        #expect(!text.contains("four") && !text.contains("longer"))
        #expect(!"\(spec)".contains("longer"))
    }

    @Test(arguments: [
        (#"{"A":"abc"}"#, ["secret_env.A"]), (#"{"A":""}"#, ["secret_env.A"]),
        (#"{"A":5}"#, ["secret_env.A"]), (#"{"":"longer"}"#, ["secret_env"]),
        (#"{"A=B":"longer"}"#, ["secret_env"]), (#"{"A":"long\u0000er"}"#, ["secret_env.A"]),
        (#"{"JOBD_JOB_ID":"longer"}"#, ["secret_env.JOBD_JOB_ID"]),
        (#"{"C":"longer"}"#, ["secret_env.C"]), (#"["longer"]"#, ["secret_env"]),
        (
            #"{"A":"\#(String(repeating: "x", count: 20_000))","B":"\#(String(repeating: "y", count: 20_000))"}"#,
            ["secret_env"]
        ),
    ])
    func isRefused(secrets: String, fields: [String]) throws {
        let json = #"{"command":"a","env":{"C":"x"},"secret_env":\#(secrets)}"#
        let error = try #require(throws: JobError.self) { try JobSpec(json: Array(json.utf8)) }
        #expect(error.code == .invalidSpec && error.fields.map(\.field) == fields)
        for value in ["abc", "longer", "xxx"] {
            #expect(!"\(error.message) \(error.fields)".contains(value))
        }
    }
}
