import NIOCore

/// What a connection may take of the daemon: bytes around what it asks, and time.
struct ConnectionLimits: Sendable {
    /// How long the handshake, and then the head of a request, may take.
    var head: TimeAmount
    /// How long the body of a request may take.
    var body: TimeAmount
    /// How long a connection may be without a request.
    var idle: TimeAmount = .seconds(75)
    /// How long a connection that was given up is read on, so that the client
    /// gets to read why: data that nobody reads makes the kernel reset it, and
    /// throw the answer away (RFC 9112 §9.6).
    var linger: TimeAmount = .seconds(2)

    /// - Parameter request: how long the head of a request may take. Its body,
    ///   of 1 MiB at most, may take three times that: 20 s let a line of
    ///   17 KB/s send the largest.
    init(request: TimeAmount) {
        head = request
        body = request * 3
    }

    /// The longest target of a request, in bytes.
    static let target = 16 << 10
    /// The most bytes of all header fields together.
    static let headerBytes = 64 << 10
    /// The most header fields.
    static let headerFields = 200
    /// The most bytes a head may take on the wire, with the blanks that the
    /// parser skips, and with what came in the same read before it.
    static let wireHead = 256 << 10
    /// How many bytes on the wire a body may take beside 8 for each of its own:
    /// chunks of one byte take 6. What a chunk may carry besides has no limit in
    /// itself, so one has to be set (RFC 9112 §7.1.1).
    static let wireBodyOverhead = 128 << 10
}
