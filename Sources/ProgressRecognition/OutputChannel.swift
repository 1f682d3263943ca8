/// Where bytes of an attempt came from.
package enum OutputChannel: Hashable, Sendable {
    /// The command's standard output.
    case stdout
    /// The command's standard error.
    case stderr
    /// What was written to `$JOBD_PROGRESS`.
    case direct
}
