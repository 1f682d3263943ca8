import JobModel

/// SwiftPM, `swift build` and `swift test --parallel`:
///
///     Building for debugging...
///     [5/11] Compiling parts A.swift
///     [8/12] Wrapping AST for parts for debugging
///     Build complete! (18.13s)
///     [3/40] Testing PartsTests.ATests/testIt
///
/// The steps that are finished of all; the number of all grows while it plans.
/// Lines in brackets are believed to be SwiftPM's between the first line above
/// and the fourth, and elsewhere only by words that no other tool uses.
struct SwiftPMForm: LineForm {
    static let source = ProgressSource(rawValue: "swiftpm")

    let triggers = LineTriggers(isBracketed: true, prefixes: ["building for", "build complete"])

    private var isBuilding = false
    private var hasBuilt = false
    private var total: Double?

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        guard cursor.next == Byte.of("[") else { return frame(&cursor) }
        guard let (done, total) = NinjaForm.takeStatus(&cursor),
            isBuilding || (hasBuilt && cursor.isNext("Testing "))
                || Self.words.contains(where: { cursor.isNext($0) })
        else { return nil }
        self.total = total
        return .progress(
            Progress(
                done: done, total: total, unit: cursor.isNext("Testing ") ? "tests" : "steps",
                message: MessageText.text(cursor.rest), source: Self.source))
    }

    /// The lines around a build.
    private mutating func frame(_ cursor: inout ByteCursor) -> Finding? {
        if cursor.take(exactly: "Building for ") {
            guard cursor.isNext("debugging...") || cursor.isNext("production...") else {
                return nil
            }
            isBuilding = true
            total = nil
            return nil
        }
        guard isBuilding, cursor.take(exactly: "Build complete!") else { return nil }
        isBuilding = false
        hasBuilt = true
        // The last steps are not printed.
        return total.map {
            .progress(
                Progress(
                    done: $0, total: $0, unit: "steps", message: "Build complete!",
                    source: Self.source))
        }
    }

    private static let words: [StaticString] = [
        "Planning build", "Write sources", "Write swift-version-", "Emitting module ",
        "Wrapping AST for ", "Compiling plugin ",
    ]
}
