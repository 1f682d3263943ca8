import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// Says in the log that requests were denied, so that somebody who tries to get in
/// is seen. Of each kind and address the first in a minute is told at once and the
/// rest as a number when the minute is over: who floods the daemon does not fill
/// the disk with it.
final class Denials: Sendable {
    /// What is counted together.
    private struct Kind: Hashable {
        let status: Int
        let address: String
    }

    private let logger: Logger
    /// How many more there were since the first, of those told in the last minute.
    private let counts = Mutex<[Kind: Int]>([:])

    init(logger: Logger) {
        self.logger = logger
    }

    /// Takes note of a response, if it denies something.
    ///
    /// - Parameter reason: what the response says.
    func note(
        _ status: HTTPResponse.Status, _ reason: String?, _ request: Request,
        _ context: JobRequestContext
    ) {
        switch status {
        case .unauthorized, .forbidden, .misdirectedRequest, .tooManyRequests: break
        default: return
        }
        var kind = Kind(status: status.code, address: context.clientAddress)
        let isFirst = counts.withLock { counts in
            // A flood from many addresses is told of as one.
            if counts[kind] == nil, counts.count >= Self.mostKinds {
                kind = Kind(status: status.code, address: "others")
            }
            if let count = counts[kind] {
                counts[kind] = count + 1
                return false
            }
            counts[kind] = 0
            return true
        }
        guard isFirst else { return }
        logger.notice(
            "Request denied",
            metadata: [
                "status": "\(kind.status)", "from": "\(context.clientAddress)",
                "method": "\(request.method)", "path": "\(request.uri.path)",
                "reason": "\(reason ?? "")",
            ])
        context.channel.eventLoop.scheduleTask(in: Self.window) { [kind] in self.tell(kind) }
    }

    private func tell(_ kind: Kind) {
        let count = counts.withLock { $0.removeValue(forKey: kind) } ?? 0
        guard count > 0 else { return }
        logger.notice(
            "More requests were denied within a minute",
            metadata: [
                "status": "\(kind.status)", "from": "\(kind.address)", "count": "\(count)",
            ])
    }

    /// How long the first stands for those that follow.
    static let window = TimeAmount.minutes(1)
    /// How many kinds are told of within that, but for one more of each status.
    static let mostKinds = 100
}
