#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix

/// What a failed connection failed by, in words that help.
struct ConnectionFailure {
    var reason: String
    /// Whether the operating system forbade it.
    var isDenied = false

    init(_ error: any Error) {
        switch error {
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first {
                self = ConnectionFailure(first.error)
            } else {
                reason = "the name \(error.host) is not known"
            }
        case let error as IOError:
            reason = Self.words(errno: error.errnoCode) ?? error.description
            isDenied = error.errnoCode == EACCES || error.errnoCode == EPERM
        case let error as HTTPClientError where error == .connectTimeout:
            reason = "no connection in time"
        case let error as HTTPClientError
        where error == .readTimeout || error == .deadlineExceeded:
            reason = "no answer in time"
        case let error as HTTPClientError where error == .remoteConnectionClosed:
            reason = "the connection was closed"
        case let error as HTTPParserError where error == .invalidEOFState:
            reason = "the connection was closed"
        case let error as ChannelError:
            if case .connectTimeout = error {
                reason = "no connection in time"
            } else {
                reason = "\(error)"
            }
        default: reason = "\(error)"
        }
    }

    private static func words(errno code: CInt) -> String? {
        switch code {
        case ECONNREFUSED: "connection refused"
        case ENOENT: "no such socket"
        case ECONNRESET, EPIPE: "the connection was reset"
        case ENETUNREACH, EHOSTUNREACH: "no way to that host"
        case ETIMEDOUT: "no connection in time"
        default: nil
        }
    }
}
