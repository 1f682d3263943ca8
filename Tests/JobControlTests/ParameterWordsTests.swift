import JobAPI
import Testing

@testable import JobControl

/// The words after `-D`, and what options go with it.
@Suite struct ParameterWordsTests {
    private func submission(
        _ words: String..., environment: [String: String] = [:]
    ) throws -> JobSubmission {
        try ParameterWords(Samples.definition, environment: environment).submission(words)
    }

    @Test func valuesAreWhatTheirParametersTake() throws {
        let submission = try submission(
            "input=a=b c.mkv", "verbose=yes", "preset", environment: ["preset": "slow"])
        #expect(submission.definition == "transcode")
        #expect(submission.command == nil)
        #expect(
            submission.parameters == [
                "input": .text("a=b c.mkv"), "verbose": .flag(true), "preset": .text("slow"),
            ])
        #expect(try self.submission().parameters == [:])
        let body = String(decoding: try submission.encoded(), as: UTF8.self)
        #expect(
            body
                == #"{"definition":"transcode","parameters":{"input":"a=b c.mkv","preset":"slow","#
                + #""verbose":true}}"#)
    }

    @Test(arguments: [
        ("quality=1", "no parameter 'quality'"), ("input", "input=VALUE"),
        ("verbose=perhaps", "true or false"), ("--name", "options go before"), ("=x", "NAME=VALUE"),
        ("", "NAME=VALUE"),
    ])
    func wordsThatAreNone(_ word: String, _ saying: String) throws {
        let trouble = try #require(throws: Trouble.self) { try submission(word) }
        #expect(trouble.status == ExitStatus.usage)
        #expect(trouble.message.contains(saying), "\(trouble.message)")
    }

    @Test func numbers() throws {
        var definition = Samples.definition
        definition.parameters = ["integer", "number"].map {
            .init(name: $0, type: $0, isRequired: true, isSecret: false)
        }
        func values(_ words: String...) throws -> [String: DefinitionResource.Value]? {
            try ParameterWords(definition, environment: [:]).submission(words).parameters
        }
        #expect(
            try values("integer=-3", "number=1.5") == [
                "integer": .integer(-3), "number": .number(1.5),
            ])
        #expect(try values("number=7") == ["number": .integer(7)])
        for word in ["integer=1.5", "integer=", "number=x", "number=inf", "number=nan"] {
            #expect(throws: Trouble.self, "\(word)") { try values(word) }
        }
        #expect(throws: Trouble.self) { try values("integer=1", "integer=1") }
    }
}
