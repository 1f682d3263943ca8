import JobModel

/// ninja, with its default status, as CMake, Meson, GN and others drive it:
///
///     [3/10] Building C object CMakeFiles/app.dir/main.c.o
///     [4/10] Linking CXX executable app
///     [5/10] Compiling C object app.p/main.c.o
///
/// `[%f/%t]`, the steps that are finished of all, from src/status.cc; the number
/// of all may grow. Other programs print `[3/10] …` too, so only the words by
/// which those generators describe their steps name ninja, and `ninja: …` does;
/// then every further line counts. What is never known to be ninja's is left to
/// the general counter, which reads the same.
struct NinjaForm: LineForm {
    static let source = ProgressSource(rawValue: "ninja")

    let triggers = LineTriggers(isBracketed: true, prefixes: ["ninja"])

    private var isKnown = false

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        if cursor.take(exactly: "ninja: ") {
            isKnown = true
            return nil
        }
        guard let (done, total) = Self.takeStatus(&cursor) else { return nil }
        guard isKnown || Self.isStep(cursor) else { return nil }
        isKnown = true
        return .progress(
            Progress(
                done: done, total: total, unit: "steps", message: MessageText.text(cursor.rest),
                source: Self.source))
    }

    /// Steps over `[3/10] `.
    static func takeStatus(_ cursor: inout ByteCursor) -> (Double, Double)? {
        guard cursor.take("["), let done = cursor.takeWhole(), cursor.take("/"),
            let total = cursor.takeWhole(), cursor.take(exactly: "] "), total.digits > 0,
            done.digits <= total.digits
        else { return nil }
        return (done.value, total.value)
    }

    /// Whether it is described as CMake (cmNinjaTargetGenerator.cxx), Meson
    /// (ninjabackend.py) or GN (toolchain files) do.
    private static func isStep(_ text: ByteCursor) -> Bool {
        var cursor = text
        if cursor.take(exactly: "Building ") || cursor.take(exactly: "Compiling ") {
            // A language and `object`.
            guard cursor.skip(past: " ") else { return false }
            return cursor.take(exactly: "object ") || cursor.take(exactly: "preprocessed ")
        }
        if cursor.take(exactly: "Linking ") {
            if cursor.take(exactly: "target ") || cursor.take(exactly: "static target ") {
                return true
            }
            guard cursor.skip(past: " ") else { return false }
            return cursor.take(exactly: "executable ") || cursor.take(exactly: "static library ")
                || cursor.take(exactly: "shared library ") || cursor.take(exactly: "shared module ")
        }
        return others.contains { text.isNext($0) }
    }

    private static let others: [StaticString] = [
        "Automatic MOC ", "Automatic UIC ", "Running utility command for ", "Re-running CMake...",
        "Re-checking globbed directories", "Creating directories for ", "Generating CXX dyndep ",
        "Scanning ", "ACTION //", "STAMP obj/", "CXX obj/", "CC obj/", "SOLINK ./", "LINK ./",
    ]
}
