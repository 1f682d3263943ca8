import ArgumentParser

/// Whether people or programs read it.
struct FormatOptions: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Print JSON.")
    var isJSON = false
}
