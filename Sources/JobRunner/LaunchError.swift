internal import CLinux
internal import Glibc

/// An attempt could not be started, or its directory not be changed.
package struct LaunchError: Error, Hashable, CustomStringConvertible {
    /// What kind of trouble it is, for who has to decide what to do.
    package enum Reason: Hashable, Sendable {
        /// The supervisor's program is not there, or cannot be executed.
        case supervisorMissing
        /// The disk or the quota is full. It may go away.
        case noRoom
        /// Too many open files, processes, or too little memory. It may go away.
        case noResources
        /// A disk does not do as it should. It may go away.
        case device
        /// The command with its environment is longer than the system allows, or
        /// holds a NUL byte. It will not go away.
        case commandTooLong
        case commandInvalid
        /// The directory holds an attempt that was started.
        case alreadyStarted
        /// Something else: see `code`.
        case other
    }

    /// What could not be done: a verb.
    package let operation: String
    /// With what.
    package let path: String
    /// Why: an errno.
    package let code: Int32
    package let reason: Reason

    package init(operation: String, path: String, code: Int32, reason: Reason? = nil) {
        self.operation = operation
        self.path = path
        self.code = code
        self.reason = reason ?? Self.reason(for: code)
    }

    package var description: String {
        let cause = String(cString: strerror(code))
        switch reason {
        case .supervisorMissing:
            return "the supervisor \(path) cannot be executed: \(cause); "
                + "jobd-supervise has to be installed beside jobd"
        case .commandTooLong:
            return "the command and its environment are longer than the system allows"
        case .commandInvalid:
            return "the command or its environment holds a NUL byte"
        case .alreadyStarted:
            return "\(path) already holds an attempt that was started"
        case .noRoom, .noResources, .device, .other:
            return "cannot \(operation) \(path): \(cause)"
        }
    }

    private static func reason(for code: Int32) -> Reason {
        switch Int(linux_trouble(code)) {
        case LINUX_TROUBLE_NO_ROOM: .noRoom
        case LINUX_TROUBLE_NO_RESOURCES: .noResources
        case LINUX_TROUBLE_DEVICE: .device
        default: code == E2BIG ? .commandTooLong : .other
        }
    }

    /// Whether it may go away, so that the attempt is to be started later.
    package var isPassing: Bool {
        switch reason {
        case .noRoom, .noResources, .device: true
        case .supervisorMissing, .commandTooLong, .commandInvalid, .alreadyStarted, .other: false
        }
    }
}
