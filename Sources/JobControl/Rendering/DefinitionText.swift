import JobAPI

/// Definitions as people read them.
enum DefinitionText {
    /// A row for each definition.
    static func table(_ definitions: [DefinitionResource]) -> Table {
        var table = Table([
            Table.Column(title: "DEFINITION"),
            Table.Column(title: "PARAMETERS"),
            Table.Column(title: "DESCRIPTION", isFlexible: true),
        ])
        for definition in definitions {
            table.append([
                Table.Cell(DisplayText.clean(definition.name)),
                Table.Cell(DisplayText.clean(usage(definition))),
                Table.Cell(DisplayText.clean(definition.description ?? "")),
            ])
        }
        return table
    }

    /// What it is, a line for each thing.
    static func head(_ definition: DefinitionResource, style: Style) -> [String] {
        let entries = [
            ("definition", definition.name), ("", definition.description ?? ""),
            ("queue", definition.queue), ("input", definition.acceptsInput ? "taken" : ""),
            ("command", definition.command.map { ShellQuoting.line(.arguments($0)) } ?? ""),
        ]
        return entries.filter { !$0.1.isEmpty }.map { name, text in
            "\(style.paint(DisplayText.pad(name, 10), .gray)) \(DisplayText.clean(text))"
        }
    }

    /// A row for each parameter.
    static func parameters(of definition: DefinitionResource) -> Table {
        var table = Table([
            Table.Column(title: "PARAMETER"),
            Table.Column(title: "TYPE"),
            Table.Column(title: "DEFAULT"),
            Table.Column(title: "VALUES"),
            Table.Column(title: "DESCRIPTION", isFlexible: true),
        ])
        for parameter in definition.parameters {
            table.append([
                Table.Cell(DisplayText.clean(parameter.name)),
                Table.Cell(DisplayText.clean(parameter.type)),
                parameter.isRequired
                    ? Table.Cell("required", .yellow)
                    : Table.Cell(DisplayText.clean(parameter.standard?.description ?? "-")),
                Table.Cell(DisplayText.clean(values(parameter))),
                Table.Cell(DisplayText.clean(parameter.description ?? "")),
            ])
        }
        return table
    }

    /// What may be given for a parameter, in a word or two.
    static func values(_ parameter: DefinitionResource.Parameter) -> String {
        if parameter.isSecret { return "secret" }
        if let choices = parameter.choices {
            return choices.map(\.description).joined(separator: "|")
        }
        if let range = parameter.range, let low = range.first, let high = range.last {
            return "\(Quantity.plain(low))…\(Quantity.plain(high))"
        }
        return parameter.pattern ?? ""
    }

    /// `input= [quality=]`
    private static func usage(_ definition: DefinitionResource) -> String {
        definition.parameters
            .map { $0.isRequired ? "\($0.name)=" : "[\($0.name)=]" }
            .joined(separator: " ")
    }
}
