/// The jobs that a batch became, in its order.
public struct BatchResource: WireResource, Hashable {
    /// The jobs.
    public var jobs: [JobResource]
}
