import Hummingbird
import JobModel
import NIOCore

/// What is known about a request besides itself.
struct JobRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection it came by.
    let channel: any Channel
    /// Who is at the connection's other end.
    let peer: Peer
    /// How it looked to its client; `AccessPolicy` finds out first of all.
    var client = ClientView()
    /// Who asks; nil until `Authentication` has found out, and for what is open to
    /// everybody.
    var principal: Principal?
    /// How that is known.
    var credential: Credential?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
        peer = .current
    }
}
