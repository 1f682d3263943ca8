import JobAPI
import JobClient

/// Where a browser finds the dashboard, and what signs it in there.
struct DashboardAddress: Hashable {
    /// The daemon's address, without a slash at the end.
    var base: String
    /// Good once; nil where nobody is asked who they are.
    var code: SignInCodeResource?
    /// The job whose page is wanted.
    var job: Int64?

    /// Asks a daemon for it.
    ///
    /// - Throws: `Trouble` when it listens where no browser gets.
    init(of client: Client, job: Int64?) async throws {
        base = try await Self.base(of: client)
        code = try await Self.code(from: client)
        self.job = job
    }

    /// In full. The code stands in the fragment, which no browser sends and no
    /// server logs (RFC 9110 §4.2.5, RFC 3986 §3.5).
    var url: String {
        let parts = [code.map { "code=\(Self.encode($0.code))" }, job.map { "job/\($0)" }]
            .compactMap { $0 }
        return "\(base)/\(parts.isEmpty ? "" : "#")\(parts.joined(separator: "&"))"
    }

    private static func base(of client: Client) async throws -> String {
        if case .http(let base) = client.endpoint.transport { return base }
        let addresses: [String]
        do {
            addresses = try await client.readiness().value.addresses ?? []
        } catch ClientError.problem(let problem) where problem.status == 503 {
            // A daemon that cannot write still has a dashboard; that is where it is usually.
            return Endpoint.defaultAddress
        }
        guard let address = addresses.first(where: { $0.hasPrefix("http") }) else {
            throw Trouble(
                message: "this daemon listens on \(client.endpoint) only, where no browser gets; "
                    + "start it with --listen 127.0.0.1:7620",
                status: ExitStatus.failed)
        }
        return reachable(address)
    }

    /// An address that stands for all of the machine's is reached by its own.
    static func reachable(_ address: String) -> String {
        address
            .replacing("//0.0.0.0:", with: "//127.0.0.1:")
            .replacing("//[::]:", with: "//[::1]:")
    }

    private static func code(from client: Client) async throws -> SignInCodeResource? {
        do {
            if try await client.session().value.identity == "anyone" { return nil }
            return try await client.makeSignInCode().value
        } catch ClientError.problem(let problem) where problem.status == 404 {
            // A daemon of before there was anything to sign in to.
            return nil
        }
    }

    /// RFC 3986 §2.3: only unreserved characters as they are.
    private static func encode(_ code: String) -> String {
        code.utf8.map { byte in
            let scalar = UnicodeScalar(byte)
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "~": return String(scalar)
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                return digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }.joined()
    }
}
