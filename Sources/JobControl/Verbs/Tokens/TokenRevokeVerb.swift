import ArgumentParser
import JobAPI
import JobClient

/// `jobctl token revoke`
struct TokenRevokeVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Revoke tokens: their bearers are refused from now on.",
        usage: "jobctl token revoke [options] NAME…",
        discussion: """
            Jobs that a bearer has submitted go on.

            EXAMPLES:
              jobctl token revoke phone
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Argument(help: ArgumentHelp("The tokens' names.", valueName: "token-name"))
    var names: [String]

    func perform(on console: Console) async throws -> Int32 {
        try await connection.withClient { client in
            var revoked: [String] = []
            var status: Int32 = 0
            for name in names {
                do {
                    try await client.revokeToken(name)
                    revoked.append(name)
                    if !format.isJSON { try console.line("\(DisplayText.clean(name)) revoked") }
                } catch ClientError.problem(let problem) where problem.status == 404 {
                    console.note("\(name): \(problem)")
                    status = ExitStatus.failed
                }
            }
            if format.isJSON {
                let list = revoked.map(JSONText.string).joined(separator: ",")
                try console.line("{\"revoked\":[\(list)]}")
            }
            return status
        }
    }
}
