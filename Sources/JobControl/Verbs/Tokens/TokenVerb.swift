import ArgumentParser

/// `jobctl token`
struct TokenVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make, list and revoke access tokens.",
        discussion: """
            Whoever comes over TCP needs a token; the Unix socket asks for none. A token has \
            a role: read (see all jobs), submit (submit jobs, see and control these) or admin \
            (everything). The daemon keeps only a hash of it.
            """,
        subcommands: [TokenCreateVerb.self, TokenListVerb.self, TokenRevokeVerb.self],
        defaultSubcommand: TokenListVerb.self)
}
