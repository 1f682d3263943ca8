/// What the jobs that another one waits for must have come to.
package enum AfterPolicy: String, CaseIterable, Sendable {
    /// All have succeeded; one that did not fails whoever waits for it.
    case succeeded
    /// All have finished, in whatever way.
    case finished
}
