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
    /// Who is at the connection's other end.
    let peer: Peer
    /// From where it comes and by which name, a trusted proxy's word included;
    /// `ForwardedHeaders` finds out first of all.
    var origin: RequestOrigin
    /// How it looked to its client; `AccessPolicy` finds out.
    var client = ClientView()
    /// Who asks; nil until `Authentication` has found out, and for what is open to
    /// everybody.
    var principal: Principal?
    /// How that is known.
    var credential: Credential?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
        connection = source.channel
        peer = .current
        origin = RequestOrigin(address: peer.address, isSecure: false, host: nil)
    }
}
