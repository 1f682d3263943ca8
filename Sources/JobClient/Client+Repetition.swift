import JobAPI

extension Client {
    /// A call that does no harm when it is made twice: when it is not known whether
    /// it was heard, it is made again until there is an answer.
    ///
    /// - Parameter isPersistent: Whether it is made again whatever passing trouble
    ///   there is, for a daemon that is known to be there.
    /// - Throws: `ClientError`, at once when nothing has been asked of anybody
    ///   yet; `CancellationError`.
    func repeated<Value: WireResource>(
        _ request: ClientRequest, isPersistent: Bool = false
    ) async throws -> Received<Value> {
        var reconnection = Reconnection(options: options)
        var isDoubtful = false
        while true {
            do {
                return try await resource(request)
            } catch let error as ClientError {
                if !isPersistent, !isDoubtful || !error.isPassingInDoubt {
                    guard error.leavesDoubt else { throw error }
                }
                if error.leavesDoubt, !isDoubtful {
                    // Most often it is a connection that nobody has used for a
                    // while and that the daemon was just closing.
                    isDoubtful = true
                    reconnection.succeeded()
                    continue
                }
                if isPersistent { reconnection.wasConnected() }
                try await reconnection.wait(after: error)
            }
        }
    }
}

extension ClientError {
    /// Whether what was asked for may have been done all the same.
    fileprivate var leavesDoubt: Bool {
        switch self {
        case .interrupted: true
        // RFC 9110 §15.6.3, §15.6.5: a proxy that lost the daemon.
        case .problem(let problem): problem.status == 502 || problem.status == 504
        case .unreachable, .notPermitted, .protocolViolation: false
        }
    }

    /// Whether there will be an answer that removes the doubt.
    fileprivate var isPassingInDoubt: Bool {
        switch self {
        case .unreachable, .interrupted, .notPermitted: true
        case .problem(let problem): [502, 503, 504].contains(problem.status)
        case .protocolViolation: false
        }
    }
}
