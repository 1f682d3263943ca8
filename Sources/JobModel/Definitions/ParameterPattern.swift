/// A regular expression that all of a text has to match.
///
/// It is of the kind that has no memory (no back references, no looking around),
/// and is matched by following all its states at once (K. Thompson, 1968): the time
/// is at most the text's length times the pattern's, whatever both are. Engines
/// that try one way after the other can take for ever on a text that is made for it.
package struct ParameterPattern: Hashable, Sendable {
    /// As it is written.
    package let source: String
    private let program: [Instruction]

    /// A step of the machine that matches.
    enum Instruction: Hashable, Sendable {
        /// Takes a character of this set, and goes to the next step.
        case take(ScalarSet)
        /// Goes to both.
        case split(Int, Int)
        case jump(Int)
        case accept
    }

    /// It cannot be used.
    package struct SyntaxError: Error, Hashable {
        /// What is wrong.
        package let message: String
    }

    /// - Throws: `SyntaxError` when it is no pattern, one of a kind that is not
    ///   supported, or too large.
    package init(_ source: String) throws(SyntaxError) {
        self.source = source
        program = try PatternCompiler.program(source)
    }

    /// Whether all of `text` has this form.
    package func matches(_ text: String) -> Bool {
        var current = StepSet(count: program.count)
        var next = StepSet(count: program.count)
        add(0, to: &current)
        for scalar in text.unicodeScalars {
            next.removeAll()
            for step in current.steps {
                if case .take(let set) = program[step], set.contains(scalar) {
                    add(step + 1, to: &next)
                }
            }
            swap(&current, &next)
            if current.steps.isEmpty { return false }
        }
        return current.steps.contains { program[$0] == .accept }
    }

    /// Adds a step and those that it leads to without taking a character.
    private func add(_ start: Int, to set: inout StepSet) {
        var pending = [start]
        while let step = pending.popLast() {
            guard set.insert(step) else { continue }
            switch program[step] {
            case .split(let first, let second): pending += [second, first]
            case .jump(let target): pending.append(target)
            case .take, .accept: break
            }
        }
    }

    /// Steps that the machine is at, each once.
    private struct StepSet {
        private(set) var steps: [Int] = []
        private var isThere: [Bool]

        init(count: Int) {
            isThere = Array(repeating: false, count: count)
        }

        /// Whether it was not there before.
        mutating func insert(_ step: Int) -> Bool {
            guard !isThere[step] else { return false }
            isThere[step] = true
            steps.append(step)
            return true
        }

        mutating func removeAll() {
            for step in steps { isThere[step] = false }
            steps.removeAll(keepingCapacity: true)
        }
    }
}
