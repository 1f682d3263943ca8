import CLinux
import Dispatch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Reads a pipe, a file or a terminal without holding up anything else, until a
/// task that waits for it is cancelled.
final class DescriptorReader: Sendable {
    /// The most that is read at once, in bytes.
    static let largestPart = 512 << 10

    private let descriptor: Int32
    /// A pipe that ends a wait: what nobody writes to for long cannot be left
    /// otherwise.
    private let wakeUp: (reading: Int32, writing: Int32)
    private let queue = DispatchQueue(label: "jobctl.input")

    /// A reader of an open descriptor, which stays open.
    ///
    /// - Throws: `Trouble` when the process has no descriptor left.
    init(_ descriptor: Int32) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Self.trouble() }
        self.descriptor = descriptor
        wakeUp = (ends[0], ends[1])
    }

    deinit {
        close(wakeUp.reading)
        close(wakeUp.writing)
    }

    /// What comes next, as much as is there; empty at the end.
    ///
    /// - Parameters:
    ///   - patience: How long nothing may come, in milliseconds, before the caller
    ///     is told.
    ///   - onSilence: Told once.
    /// - Throws: `Trouble` when it cannot be read; `CancellationError`, after which
    ///   there is no more reading.
    func read(
        patience: Int32 = -1, onSilence: @escaping @Sendable () -> Void = {}
    ) async throws -> [UInt8] {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                queue.async {
                    continuation.resume(
                        with: Result { try self.part(patience: patience, onSilence: onSilence) })
                }
            }
        } onCancel: {
            // Nothing waits, and nothing is lost, if this fails on a full pipe.
            _ = systemWrite(wakeUp.writing, [0], 1)
        }
    }

    /// Whether something comes, or the end, within so many milliseconds.
    func comes(within milliseconds: Int32) async throws -> Bool {
        try await withCheckedThrowingContinuation { continuation in
            queue.async {
                continuation.resume(with: Result { try self.wait(milliseconds) })
            }
        }
    }

    private func part(patience: Int32, onSilence: () -> Void) throws -> [UInt8] {
        if try !wait(patience) {
            onSilence()
            _ = try wait(-1)
        }
        var bytes: [UInt8] = []
        // A pipe gives a little at a time; what is there already comes along.
        repeat {
            let part = try read(atMost: Self.largestPart - bytes.count)
            if part.isEmpty { break }
            bytes += part
        } while try bytes.count < Self.largestPart && wait(0)
        return bytes
    }

    /// Whether there is something, or the end, within so many milliseconds.
    private func wait(_ milliseconds: Int32) throws -> Bool {
        var waiting = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeUp.reading, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            let count = poll(&waiting, 2, milliseconds)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.trouble() }
            if waiting[1].revents != 0 { throw CancellationError() }
            return count > 0
        }
    }

    private func read(atMost limit: Int) throws -> [UInt8] {
        while true {
            var count = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, initialized in
                count = systemRead(descriptor, buffer.baseAddress, limit)
                initialized = max(count, 0)
            }
            if count >= 0 { return bytes }
            switch errno {
            case EINTR: continue
            case EAGAIN: _ = try wait(-1)
            default: throw Self.trouble()
            }
        }
    }

    private static func trouble() -> Trouble {
        Trouble(
            message: "cannot read standard input: \(String(cString: strerror(errno)))",
            status: ExitStatus.failed)
    }
}

/// read(2); a type's own `read` hides it by name.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int)
    -> Int
{
    guard let buffer else { return 0 }
    return read(descriptor, buffer, count)
}

/// write(2).
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
