import ProgressRecognition

/// Output from elsewhere, taken for what it is: a recording, a file, or what
/// something prints right now.
struct PipedOutput {
    private enum Form {
        /// What there is of it does not tell yet.
        case unknown([UInt8])
        case recording(CastReader)
        case file(LineTimes)
        case live
    }

    private var form = Form.unknown([])
    private let isFile: Bool

    /// - Parameter isFile: Whether it comes from a file, so that it has no times.
    init(isFile: Bool) {
        self.isFile = isFile
    }

    /// Whether its times are those of the clock.
    var isLive: Bool {
        if case .live = form { true } else { false }
    }

    /// The output in what has come.
    ///
    /// - Parameter time: When it has, in microseconds from the beginning.
    /// - Throws: `Trouble` when it is a recording that cannot be read.
    mutating func parts(_ bytes: [UInt8], at time: Int64) throws -> [OutputPart] {
        switch form {
        case .unknown(let pending):
            let bytes = pending + bytes
            switch CastReader.beginning(bytes) {
            case .unknown:
                form = .unknown(bytes)
                return []
            case .recording(let reader, let rest):
                form = .recording(reader)
                return try parts(rest, at: time)
            case .somethingElse:
                form = usual
                return try parts(bytes, at: time)
            }
        case .recording(var reader):
            // Not held twice while it grows, or each part would copy it.
            form = .live
            let parts = try reader.parts(bytes)
            form = .recording(reader)
            return parts
        case .file(var times):
            form = .live
            let parts = times.parts(bytes)
            form = .file(times)
            return parts
        case .live: return [OutputPart(channel: .stdout, time: time, bytes: bytes)]
        }
    }

    /// What is left at the end.
    ///
    /// - Throws: `Trouble` when it is a recording that cannot be read.
    mutating func rest(at time: Int64) throws -> [OutputPart] {
        var parts: [OutputPart] = []
        if case .unknown(let pending) = form {
            form = usual
            if !pending.isEmpty { parts = try self.parts(pending, at: time) }
        }
        switch form {
        case .recording(var reader): parts += try reader.rest()
        case .file(var times): parts += times.rest()
        case .live, .unknown: break
        }
        return parts
    }

    private var usual: Form { isFile ? .file(LineTimes()) : .live }
}
