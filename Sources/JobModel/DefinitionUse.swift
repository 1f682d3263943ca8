/// Of which definition a job was made, and with what.
package struct DefinitionUse: Hashable, Sendable {
    /// The definition's name.
    package var name: String
    /// The parameters' values, but for the secret ones.
    package var parameters: [String: String]

    package init(name: String, parameters: [String: String] = [:]) {
        self.name = name
        self.parameters = parameters
    }
}
