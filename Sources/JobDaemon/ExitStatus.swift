import ArgumentParser

/// Why the daemon stopped, in the terms of sysexits(3head); the contract fixes
/// which number means what.
enum ExitStatus: Int32 {
    /// A flag that is not known, or a value that makes no sense.
    case usage = 64
    /// A port or socket that somebody else uses.
    case unavailable = 69
    /// A state directory that cannot be written or belongs to another jobd.
    case cannotCreate = 73
    /// A setting in the environment or the file that makes no sense.
    case configuration = 78
}

/// A reason not to start, told on standard error.
struct StartError: Error, CustomStringConvertible {
    let status: ExitStatus
    /// What is wrong and what to do; a line for each thing where there are several.
    let message: String

    var description: String { message }

    init(_ status: ExitStatus, _ message: String) {
        self.status = status
        self.message = message
    }
}
