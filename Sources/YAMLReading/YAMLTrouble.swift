/// Why a text is not the YAML that was expected.
package struct YAMLTrouble: Error, Hashable, CustomStringConvertible {
    /// Counted from 1; nil when that is not known.
    package let line: Int?
    /// What is wrong and what to do.
    package let message: String

    init(line: Int?, _ message: String) {
        self.line = line
        self.message = message
    }

    package var description: String { (line.map { "line \($0): " } ?? "") + message }
}
