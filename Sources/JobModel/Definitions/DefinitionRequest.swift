/// What a definition is to be started with.
package struct DefinitionRequest: Hashable, Sendable {
    /// The definition's name.
    package var definition: String
    package var parameters: [String: ParameterValue]
    /// What to call the job; nil: what the definition says.
    package var name: String?
    /// Beside the definition's own.
    package var labels: [String: String]
    /// What the command reads; nil when that comes later, if at all.
    package var input: String?
    package var notBefore: Timestamp?
    package var after: [JobID]
    package var afterPolicy: AfterPolicy

    package init(
        definition: String, parameters: [String: ParameterValue] = [:], name: String? = nil,
        labels: [String: String] = [:], input: String? = nil, notBefore: Timestamp? = nil,
        after: [JobID] = [], afterPolicy: AfterPolicy = .succeeded
    ) {
        self.definition = definition
        self.parameters = parameters
        self.name = name
        self.labels = labels
        self.input = input
        self.notBefore = notBefore
        self.after = after
        self.afterPolicy = afterPolicy
    }
}
