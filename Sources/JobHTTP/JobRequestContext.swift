import Hummingbird
import JobModel
import NIOCore

/// What is known about a request besides itself.
struct JobRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection it came by.
    let channel: any Channel
    /// Who asks; nil until `Authentication` has found out, and for what is open to
    /// everybody.
    var principal: Principal?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// Whether it came by a Unix socket, whose peers are known to the system.
    var isLocalSocket: Bool {
        if case .unixDomainSocket = channel.localAddress { true } else { false }
    }
}
