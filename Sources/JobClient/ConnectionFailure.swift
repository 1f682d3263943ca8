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
import NIOSSL

/// What a failed connection failed by, in words that help.
struct ConnectionFailure {
    var reason: String
    /// Whether the operating system forbade it.
    var isDenied = false
    /// Whether there was a connection, so that the request may have arrived.
    var isUnderway = false

    init(_ error: any Error) {
        switch error {
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first {
                self = ConnectionFailure(first.error)
                isUnderway = false
            } else {
                reason = "the name \(error.host) is not known"
            }
        case let error as IOError:
            reason = Self.words(errno: error.errnoCode)
            isDenied = error.errnoCode == EACCES || error.errnoCode == EPERM
            isUnderway = [ECONNRESET, EPIPE, ETIMEDOUT].contains(error.errnoCode)
        case let error as HTTPClientError where error == .connectTimeout:
            reason = "no connection in time"
        case let error as HTTPClientError
        where error == .readTimeout || error == .deadlineExceeded:
            reason = "no answer in time"
            isUnderway = true
        case let error as HTTPClientError where error == .remoteConnectionClosed:
            reason = "the connection was closed"
            isUnderway = true
        case let error as HTTPParserError where error == .invalidEOFState:
            reason = "the connection was closed"
            isUnderway = true
        case let error as ChannelError:
            switch error {
            case .connectTimeout: reason = "no connection in time"
            case .ioOnClosedChannel, .alreadyClosed, .outputClosed, .inputClosed, .eof:
                reason = "the connection was closed"
                isUnderway = true
            default: reason = "\(error)"
            }
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            reason = "its certificate is for another name; use a name that is in it"
        case is NIOSSLError: reason = Self.words(handshake: "\(error)")
        default: reason = "\(error)"
        }
    }

    /// What a handshake failed by. The library tells the reasons apart by their
    /// names in its text only.
    private static func words(handshake text: String) -> String {
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return "its certificate is not trusted here, or has expired; to trust one that you "
                + "know, name its file by --ca-file or $JOBD_CA_FILE"
        }
        if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
            return "it does not speak TLS; use http:// if nobody can listen in"
        }
        return "the TLS handshake failed: \(text)"
    }

    private static func words(errno code: CInt) -> String {
        switch code {
        case ECONNREFUSED: "connection refused"
        case ENOENT: "no such socket"
        case ECONNRESET, EPIPE: "the connection was reset"
        case ENETUNREACH, EHOSTUNREACH: "no way to that host"
        case ETIMEDOUT: "no connection in time"
        case EMFILE, ENFILE: "too many open files; raise the limit (ulimit -n)"
        case EAGAIN: "too many wait to be let in"
        case EACCES, EPERM: "not allowed to connect"
        default: String(cString: strerror(code))
        }
    }
}
