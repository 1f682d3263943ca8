/// How a client deals with a daemon that does not answer.
public struct ClientOptions: Sendable {
    /// How long making a connection may take.
    public var connectLimit: Duration
    /// How long an answer may take to begin.
    public var answerLimit: Duration
    /// How long a connection that something is expected on may be silent before
    /// it counts as dead. A daemon sends a comment every 15 s; two of them
    /// missing is more than a delay.
    public var silenceLimit: Duration
    /// How long streams try to get back to a daemon before they give up; nil for
    /// ever.
    public var reconnectLimit: Duration?
    /// A PEM file with the certificates of the authorities to trust over https; nil
    /// for the system's.
    public var authorities: String?
    /// Told each time a stream loses its daemon or fails to get back to it.
    public var onInterruption: (@Sendable (StreamInterruption) -> Void)?
    /// Told when the daemon answers again after that.
    public var onResumption: (@Sendable () -> Void)?

    /// The usual ones.
    public init(
        connectLimit: Duration = .seconds(10), answerLimit: Duration = .seconds(30),
        silenceLimit: Duration = .seconds(35), reconnectLimit: Duration? = nil,
        authorities: String? = nil,
        onInterruption: (@Sendable (StreamInterruption) -> Void)? = nil,
        onResumption: (@Sendable () -> Void)? = nil
    ) {
        self.connectLimit = connectLimit
        self.answerLimit = answerLimit
        self.silenceLimit = silenceLimit
        self.reconnectLimit = reconnectLimit
        self.authorities = authorities
        self.onInterruption = onInterruption
        self.onResumption = onResumption
    }
}

/// A stream that goes on after a pause.
public struct StreamInterruption: Hashable, Sendable {
    /// What happened, in words.
    public var reason: String
    /// When the stream will try again.
    public var retryIn: Duration
    /// How often it has failed since it last was connected; 1 when it has just
    /// lost its connection.
    public var failures: Int
}
