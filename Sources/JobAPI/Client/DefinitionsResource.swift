/// The definitions that one may start, by name.
public struct DefinitionsResource: WireResource, Hashable {
    /// The definitions.
    public var definitions: [DefinitionResource]
}
