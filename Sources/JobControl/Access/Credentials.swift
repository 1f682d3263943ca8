import JobClient

/// The token that jobctl comes with, and where it has it from.
struct Credentials: Equatable {
    /// Where a token is from.
    enum Origin: Equatable {
        /// `--token`.
        case option
        /// `--token-file`.
        case file(String)
        /// `$JOBD_TOKEN`.
        case variable
        /// The file that the daemon made.
        case discovered(String)
    }

    /// A token and where it is from.
    struct Token: Equatable {
        var text: String
        var origin: Origin
    }

    /// The token; nil when there is none to send.
    var token: Token?
    /// What whoever gave these orders should know.
    var warnings: [String] = []

    /// What to come with to a daemon.
    ///
    /// - Parameters:
    ///   - option: The value of `--token`.
    ///   - file: The value of `--token-file`.
    /// - Throws: `Trouble` when what should be a token is none.
    init(
        for endpoint: Endpoint, option: String?, file: String?,
        in surroundings: Surroundings = .local
    ) throws {
        if let option {
            token = Token(text: try Self.checked(option, from: "--token"), origin: .option)
        } else if let file {
            token = Token(
                text: try Self.checked(try TokenFile.read(file), from: file), origin: .file(file))
        } else if let value = surroundings.environment["JOBD_TOKEN"], !value.isEmpty {
            token = Token(text: try Self.checked(value, from: "$JOBD_TOKEN"), origin: .variable)
        } else {
            discover(for: endpoint, in: surroundings)
        }
        if token != nil, endpoint.isPlainRemote {
            warnings.append(
                "\(endpoint) is not encrypted: whoever is on the way can read the token and use "
                    + "it; use https, or an SSH tunnel to the daemon's socket")
        }
    }

    /// Takes the daemon's own file for an address of this machine, and for no
    /// other: a mistyped URL must not hand an admin's token to a stranger, be it
    /// on another machine or another user of this one who listens where the
    /// daemon should. A Unix socket asks for none.
    private mutating func discover(for endpoint: Endpoint, in surroundings: Surroundings) {
        guard endpoint.isLoopback, let port = endpoint.port else { return }
        let places = DaemonPlaces(environment: surroundings.environment)
        guard let path = places.tokenFile(files: surroundings.files),
            let text = surroundings.files.read(path),
            let checked = try? Self.checked(text, from: path)
        else { return }
        let listeners = surroundings.listeners(port)
        let trusted: Set<UInt32?> = [0, surroundings.user, surroundings.owner(path)]
        if let stranger = listeners.first(where: { !trusted.contains($0) }) {
            warnings.append(
                "user \(stranger) listens on port \(port), who is neither root nor the owner of "
                    + "\(path): that token is not sent; give one with --token-file if this is meant"
            )
        } else if !listeners.isEmpty {
            token = Token(text: checked, origin: .discovered(path))
        }
    }

    /// The token without the space around it.
    ///
    /// - Throws: `Trouble`, which does not show the text.
    private static func checked(_ text: String, from origin: String) throws -> String {
        let token = text.trimmingWhitespace()
        // RFC 6750 §2.1 has fewer characters still, but it is not for us to say
        // what a daemon makes its tokens of.
        guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Trouble.usage("there is no token in \(origin): one line of visible characters")
        }
        return token
    }
}

extension String {
    /// Without white space at its ends.
    fileprivate func trimmingWhitespace() -> String {
        var rest = self[...].drop(while: \.isWhitespace)
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
