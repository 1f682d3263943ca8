/// What is to be changed about a job that has not started; nil leaves it as it is.
package struct JobChange: Hashable, Sendable {
    package var priority: Int?
    package var queue: String?
    /// `.some(nil)` takes the time away.
    package var notBefore: Timestamp??
    package var labels: [String: String]?

    package init(
        priority: Int? = nil, queue: String? = nil, notBefore: Timestamp?? = nil,
        labels: [String: String]? = nil
    ) {
        self.priority = priority
        self.queue = queue
        self.notBefore = notBefore
        self.labels = labels
    }
}
