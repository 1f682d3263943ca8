import ArgumentParser
import JobAPI
import JobClient

/// `jobctl token create`
struct TokenCreateVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a token and print it.",
        usage: "jobctl token create --role ROLE --name NAME [options]",
        discussion: """
            The token is shown this once, alone on standard output. To replace one, revoke it \
            and make another of the same name: jobs stay with the name. A token with \
            --definition can start these definitions and nothing else.

            EXAMPLES:
              jobctl token create --role read --name phone --expires 30d
              TOKEN=$(jobctl token create --role submit --name ci)
              jobctl token create --role submit --name shop --definition transcode
            """)

    /// What the bearer may do, as it can be asked for.
    enum RoleWord: String, ExpressibleByArgument, CaseIterable {
        case read, submit, admin
    }

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Option(help: ArgumentHelp("What its bearer may do.", valueName: "role")) var role: RoleWord
    @Option(help: ArgumentHelp("What its bearer is called.", valueName: "name")) var name: String
    @Option(help: ArgumentHelp("How long it is good for (default: for ever).", valueName: "time"))
    var expires: DurationArgument?
    @Option(
        name: .customLong("definition"),
        help: ArgumentHelp(
            "Let it start only this definition; may be repeated.", valueName: "definition"))
    var definitions: [String] = []

    func validate() throws {
        if let expires, expires.seconds <= 0 {
            throw ValidationError("--expires must be more than 0, as 30d")
        }
    }

    func perform(on console: Console) async throws -> Int32 {
        let token = NewToken(
            name: name, role: RoleResource(rawValue: role.rawValue),
            definitions: definitions.isEmpty ? nil : definitions, expiresSeconds: expires?.seconds)
        let issued = try await connection.withClient { try await $0.createToken(token) }
        if format.isJSON {
            try console.line(issued.json)
            return 0
        }
        try console.line(DisplayText.clean(issued.value.token))
        let description = issued.value.description
        let until =
            description.expiresAt.map { "until \(TimeText.local($0))" } ?? "until it is revoked"
        console.note(
            "\(description.name) has the role \(description.role.rawValue) \(until); keep the "
                + "token now, it is not shown again")
        return 0
    }
}
