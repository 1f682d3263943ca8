import Hummingbird
import JobModel
import NIOCore

/// What is known about a request besides itself.
struct JobRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// What carries it: its connection, or its stream of one of HTTP/2.
    let channel: any Channel
    /// The connection it came by.
    var connection: any Channel
    /// Whether that connection is encrypted.
    var isSecure = false
    /// Who asks from where and by which name, a trusted proxy's word included.
    var origin: RequestOrigin
    /// Who asks; nil until `Authentication` has found out, and for what is open to
    /// everybody.
    var principal: Principal?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
        connection = source.channel
        origin = RequestOrigin(address: nil, isSecure: false, host: nil)
    }

    /// Whether it came by a Unix socket, whose peers are known to the system.
    var isLocalSocket: Bool {
        if case .unixDomainSocket = connection.localAddress { true } else { false }
    }
}
