/// What somebody may start.
package struct Offer: Sendable {
    /// The definitions, by name.
    package let definitions: [Definition]
    /// The definitions that it is limited to; nil: it may run any command.
    private let limit: Set<String>?
    /// Whether what the definitions run is shown.
    package let showsCommands: Bool
    private let resolve: PathResolver

    /// Any command, and no definition.
    package static let commands = Offer(of: [], to: Principal(.anyone, .admin)) { path, _ in
        .inside(path)
    }

    /// - Parameters:
    ///   - definitions: all that there are.
    ///   - principal: who asks.
    package init(
        of definitions: [Definition], to principal: Principal,
        resolving resolve: @escaping PathResolver
    ) {
        limit = principal.definitions
        showsCommands = principal.role == .admin
        self.resolve = resolve
        self.definitions =
            principal.role < .submit
            ? []
            : definitions
                .filter { principal.definitions?.contains($0.name) ?? true }
                .sorted { $0.name < $1.name }
    }

    /// The definition of this name; nil when there is none, and when it is not for
    /// whoever asks: nobody learns the difference.
    package subscript(name: String) -> Definition? {
        definitions.first { $0.name == name }
    }

    /// The job that a definition leads to.
    ///
    /// - Throws: all that is wrong with the request.
    package func job(_ request: DefinitionRequest) throws(InvalidFields) -> JobSpec {
        guard let definition = self[request.definition] else {
            throw InvalidFields([
                FieldError(
                    field: "definition",
                    message: definitions.isEmpty
                        ? "names none that could be started: there are none"
                        : "names none that could be started: there are "
                            + definitions.map(\.name).joined(separator: ", "))
            ])
        }
        return try definition.expanded(request, resolving: resolve)
    }

    /// Refuses jobs that name their command themselves, where only definitions may
    /// be started.
    ///
    /// - Throws: `forbidden`, with what may be started.
    package func check(_ job: JobSpec) throws(JobError) {
        guard limit != nil, job.definition == nil else { return }
        let names = definitions.map(\.name)
        throw JobError(
            .forbidden,
            "A command of one's own may not be run here, only a definition"
                + (names.isEmpty
                    ? ", and of those it is limited to none exists."
                    : ": {\"definition\": \"…\", \"parameters\": {…}} with one of "
                        + "\(names.joined(separator: ", "))."))
    }
}
