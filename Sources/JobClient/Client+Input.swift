public import JobAPI

extension Client {
    /// Sends bytes to a job's standard input.
    ///
    /// - Parameters:
    ///   - offset: The place of the first byte. What is there already is passed
    ///     over, so that nothing is sent twice when an answer is lost and the call
    ///     is made again. Without it the bytes go to the end of what is there, and
    ///     the call is made once: after `ClientError.interrupted` it is not known
    ///     whether they arrived.
    ///   - isLast: Whether the input ends there.
    public func sendInput(
        _ bytes: [UInt8], toJob id: Int64, at offset: Int64? = nil, isLast: Bool = false
    ) async throws -> Received<InputResource> {
        var rest = bytes[...]
        while true {
            let part = rest.prefix(Self.largestInput)
            rest = rest.dropFirst(part.count)
            let request = Self.input(
                Array(part), toJob: id, at: offset.map { $0 + Int64(part.startIndex) },
                isLast: isLast && rest.isEmpty)
            let input: Received<InputResource> =
                offset == nil ? try await resource(request) : try await repeated(request)
            if rest.isEmpty { return input }
        }
    }

    /// Sends all of a sequence's bytes to a job's standard input, as they come, and
    /// then its end, however often the daemon goes away meanwhile. Nobody else must
    /// send to that job.
    ///
    /// - Parameter offset: The place of the first byte.
    /// - Returns: The place after the last byte.
    /// - Throws: `ClientError.problem` when the job takes no more; what the
    ///   sequence throws; `CancellationError`.
    public func streamInput<Parts: AsyncSequence>(
        _ parts: Parts, toJob id: Int64, from offset: Int64 = 0
    ) async throws -> Int64 where Parts.Element == [UInt8] {
        var place = offset
        for try await bytes in parts {
            var rest = bytes[...]
            while !rest.isEmpty {
                let part = rest.prefix(Self.largestInput)
                rest = rest.dropFirst(part.count)
                let request = Self.input(Array(part), toJob: id, at: place, isLast: false)
                let _: Received<InputResource> = try await repeated(request, isPersistent: true)
                place += Int64(part.count)
            }
        }
        do {
            let request = Self.input([], toJob: id, at: place, isLast: true)
            let _: Received<InputResource> = try await repeated(request, isPersistent: true)
        } catch ClientError.problem(let problem) where problem.status == 409 {
            // It has all of the bytes, and somebody else has ended it: the job, or
            // this very call when its first answer was lost.
        }
        return place
    }

    private static func input(
        _ bytes: [UInt8], toJob id: Int64, at offset: Int64?, isLast: Bool
    ) -> ClientRequest {
        var items: [(String, String)] = []
        if let offset { items.append(("offset", String(offset))) }
        if isLast { items.append(("close", "1")) }
        return ClientRequest(
            method: "POST", target: PercentEncoding.url("/jobs/\(id)/stdin", items),
            contentType: "application/octet-stream", body: bytes)
    }

    /// The most that is sent at once, in bytes: half of what a daemon takes.
    private static let largestInput = 512 << 10
}
