/// What links begin with that the daemon sends: nothing, or the path that a proxy
/// serves it under (`/jobd`).
package enum LinkBase {
    /// Set for the time in which an answer is written.
    @TaskLocal package static var path = ""
}
