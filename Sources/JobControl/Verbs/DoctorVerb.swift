import ArgumentParser
import JobAPI
import JobClient

/// `jobctl doctor`
struct DoctorVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check a running daemon: access, files, addresses, proxy, disk.",
        discussion: """
            Each line says of one thing whether it is as it should be, and if not, what to do. \
            Nothing is changed. What this user cannot see is said to be so: as root, or as \
            the daemon's user, there is more to see. With --url it looks at the daemon as \
            clients find it there, through whatever proxy is in front: whether streams arrive \
            at once, unchanged, and with all headers.

            EXAMPLES:
              jobctl doctor
              jobctl doctor --url https://jobs.example.org --token-file token
              jobctl doctor --json | jq '.findings[] | select(.level == "problem")'

            EXIT STATUS:
              0 if nothing is a problem, 1 otherwise.
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Option(
        help: ArgumentHelp(
            "The daemon's state directory, where it is not found by itself.", valueName: "dir"))
    var stateDir: String?
    @Option(help: ArgumentHelp("How long each step may take.", valueName: "time"))
    var timeout = DurationArgument.seconds(5)

    func validate() throws {
        guard (0.1...600).contains(timeout.seconds) else {
            throw ValidationError("--timeout must be from 100ms to 10m")
        }
    }

    func perform(on console: Console) async throws -> Int32 {
        let report = await Doctor.report(try examination(in: .local))
        if format.isJSON {
            try console.line(report.json)
        } else {
            for line in report.lines(style: console.style(on: .stdout)) { try console.line(line) }
        }
        return report.status
    }

    private func examination(in surroundings: Surroundings) throws -> Examination {
        let endpoint = try connection.endpoint(environment: surroundings.environment)
        var surroundings = surroundings
        surroundings.environment["JOBD_CA_FILE"] = connection.authorities(surroundings.environment)
        return Examination(
            endpoint: endpoint, origin: origin(of: endpoint, surroundings),
            credentials: try connection.credentials(for: endpoint, in: surroundings),
            surroundings: surroundings,
            state: stateDir ?? StateSearch.directory(of: endpoint, in: surroundings),
            limit: .seconds(timeout.seconds))
    }

    private func origin(of endpoint: Endpoint, _ surroundings: Surroundings) -> String {
        if connection.url != nil { return "--url" }
        if surroundings.environment["JOBD_URL"]?.isEmpty == false { return "$JOBD_URL" }
        switch endpoint.transport {
        case .unixSocket: return "its socket"
        case .http(Endpoint.defaultAddress): return "the default address"
        case .http: return "its address file"
        }
    }
}
