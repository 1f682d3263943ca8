/// What is wrong with a definition, or with what one is to be started with: all of
/// it at once.
package struct InvalidFields: Error, Hashable {
    /// At least one.
    package var fields: [FieldError]

    package init(_ fields: [FieldError]) {
        self.fields = fields
    }
}
