/// Of which definition a job was made, and with what.
package struct DefinitionUse: Hashable, Sendable {
    /// The definition's name.
    package var name: String
    /// The parameters' values, the defaults among them, but for the secret ones.
    package var parameters: [String: ParameterValue]

    package init(name: String, parameters: [String: ParameterValue] = [:]) {
        self.name = name
        self.parameters = parameters
    }
}
