/// Reads a regular expression and makes the program that matches it.
///
/// There are: characters, `.`, `[a-z]`, `[^…]`, `\d \w \s \D \W \S`, `(…)`, `(?:…)`,
/// `|`, `*`, `+`, `?`, `{2}`, `{2,}`, `{2,5}`, and `^` and `$` at its ends, where
/// they say what is the case anyway.
struct PatternCompiler {
    typealias SyntaxError = ParameterPattern.SyntaxError
    typealias Instruction = ParameterPattern.Instruction

    /// What a pattern consists of.
    private indirect enum Tree {
        case set(ScalarSet)
        case sequence([Tree])
        case choice([Tree])
        /// So often; nil is any number.
        case repetition(Tree, Int, Int?)
    }

    /// The most steps that a program may have: each costs time for each character.
    static let maximumSteps = 5000
    private static let maximumDepth = 50
    /// The most parts that are written out, those included that become no step, such as
    /// empty groups: repeated within each other they would take for ever.
    private static let maximumWork = 20 * maximumSteps

    private var rest: Substring.UnicodeScalarView
    private var depth = 0

    /// The program of a pattern.
    static func program(_ source: String) throws(SyntaxError) -> [Instruction] {
        var text = source[...].unicodeScalars
        if text.first == "^" { text.removeFirst() }
        if text.last == "$", text.dropLast().reversed().prefix(while: { $0 == "\\" }).count % 2 == 0
        {
            text.removeLast()
        }
        var compiler = PatternCompiler(rest: text)
        let tree = try compiler.choice()
        guard compiler.rest.isEmpty else { throw SyntaxError(message: "it has a ) without a (") }
        var program: [Instruction] = []
        var work = 0
        try emit(tree, into: &program, &work)
        program.append(.accept)
        return program
    }

    // MARK: Reading

    private init(rest: Substring.UnicodeScalarView) {
        self.rest = rest
    }

    private mutating func choice() throws(SyntaxError) -> Tree {
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.maximumDepth else { throw SyntaxError(message: "it is nested too deep") }
        var branches = [try sequence()]
        while rest.first == "|" {
            rest.removeFirst()
            branches.append(try sequence())
        }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(SyntaxError) -> Tree {
        var parts: [Tree] = []
        while let scalar = rest.first, scalar != "|", scalar != ")" {
            let atom = try self.atom()
            parts.append(try repeated(atom))
        }
        return .sequence(parts)
    }

    private mutating func atom() throws(SyntaxError) -> Tree {
        guard let scalar = rest.popFirst() else { throw SyntaxError(message: "it breaks off") }
        switch scalar {
        case ".": return .set(.any)
        case "[": return .set(try bracket())
        case "(":
            if rest.first == "?" {
                rest.removeFirst()
                guard rest.popFirst() == ":" else {
                    throw SyntaxError(message: "of groups with (? there is only (?:…)")
                }
            }
            let tree = try choice()
            guard rest.popFirst() == ")" else {
                throw SyntaxError(message: "it has a ( that nothing closes")
            }
            return tree
        case "\\": return .set(try escaped())
        case "*", "+", "?": throw SyntaxError(message: "it has a \(scalar) after nothing")
        case "{": throw SyntaxError(message: "it has a { after nothing: write \\{ for a brace")
        case "^", "$":
            throw SyntaxError(message: "\(scalar) may stand at its end only: write \\\(scalar)")
        default: return .set(ScalarSet(ranges: [scalar...scalar]))
        }
    }

    private mutating func repeated(_ atom: Tree) throws(SyntaxError) -> Tree {
        let tree: Tree
        switch rest.first {
        case "*": tree = .repetition(atom, 0, nil)
        case "+": tree = .repetition(atom, 1, nil)
        case "?": tree = .repetition(atom, 0, 1)
        case "{":
            let (low, high) = try bounds()
            tree = .repetition(atom, low, high)
        default: return atom
        }
        rest.removeFirst()
        if let next = rest.first, next == "*" || next == "+" || next == "?" || next == "{" {
            throw SyntaxError(message: "it repeats a repetition: put the inner one into (…)")
        }
        return tree
    }

    /// The numbers in braces, up to the last brace.
    private mutating func bounds() throws(SyntaxError) -> (Int, Int?) {
        let wrong = SyntaxError(message: "in braces there are numbers: {2}, {2,} or {2,5}")
        guard let end = rest.firstIndex(of: "}") else { throw wrong }
        let inner = String(rest[rest.index(after: rest.startIndex)..<end])
        let parts = inner.split(separator: ",", omittingEmptySubsequences: false)
        let isPlain = inner.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ",")
        }
        guard isPlain, (1...2).contains(parts.count), let low = Int(parts[0]),
            low <= Self.maximumSteps
        else { throw wrong }
        rest = rest[end...]
        if parts.count == 1 { return (low, low) }
        if parts[1].isEmpty { return (low, nil) }
        guard let high = Int(parts[1]), high >= low, high <= Self.maximumSteps else { throw wrong }
        return (low, high)
    }

    /// What follows a backslash.
    private mutating func escaped() throws(SyntaxError) -> ScalarSet {
        guard let scalar = rest.popFirst() else { throw SyntaxError(message: "it ends in a \\") }
        if let set = ScalarSet.named(scalar) { return set }
        let meant: Unicode.Scalar
        switch scalar {
        case "t": meant = "\t"
        case "n": meant = "\n"
        case "r": meant = "\r"
        case "a"..."z", "A"..."Z", "0"..."9":
            throw SyntaxError(message: "there is no \\\(scalar) here")
        default: meant = scalar
        }
        return ScalarSet(ranges: [meant...meant])
    }

    /// What is between brackets.
    private mutating func bracket() throws(SyntaxError) -> ScalarSet {
        var set = ScalarSet()
        if rest.first == "^" {
            rest.removeFirst()
            set.isNegated = true
        }
        var isFirst = true
        while let scalar = rest.first, scalar != "]" || isFirst {
            isFirst = false
            let low = try member()
            if let start = low.only, rest.first == "-", rest.dropFirst().first != "]" {
                rest.removeFirst()
                guard let end = try member().only, start <= end else {
                    throw SyntaxError(message: "it has a range in [] that is none")
                }
                set.ranges.append(start...end)
            } else {
                guard !low.isNegated else {
                    throw SyntaxError(message: "in [] there can be no \\D, \\W and \\S")
                }
                set.ranges += low.ranges
            }
        }
        guard rest.popFirst() == "]" else {
            throw SyntaxError(message: "it has a [ that nothing closes")
        }
        return set
    }

    private mutating func member() throws(SyntaxError) -> ScalarSet {
        guard let scalar = rest.popFirst() else {
            throw SyntaxError(message: "it has a [ that nothing closes")
        }
        return scalar == "\\" ? try escaped() : ScalarSet(ranges: [scalar...scalar])
    }

    // MARK: Writing

    private static func emit(
        _ tree: Tree, into program: inout [Instruction], _ work: inout Int
    ) throws(SyntaxError) {
        work += 1
        guard program.count < maximumSteps, work < maximumWork else {
            throw SyntaxError(message: "it is too large: repeat less")
        }
        switch tree {
        case .set(let set): program.append(.take(set))
        case .sequence(let parts): for part in parts { try emit(part, into: &program, &work) }
        case .choice(let branches):
            var ends: [Int] = []
            for branch in branches.dropLast() {
                let split = program.count
                program.append(.accept)
                try emit(branch, into: &program, &work)
                ends.append(program.count)
                program.append(.accept)
                program[split] = .split(split + 1, program.count)
            }
            if let last = branches.last { try emit(last, into: &program, &work) }
            for end in ends { program[end] = .jump(program.count) }
        case .repetition(let tree, let low, let high):
            for _ in 0..<low { try emit(tree, into: &program, &work) }
            guard let high else {
                let split = program.count
                program.append(.accept)
                try emit(tree, into: &program, &work)
                program.append(.jump(split))
                program[split] = .split(split + 1, program.count)
                return
            }
            var splits: [Int] = []
            for _ in low..<high {
                splits.append(program.count)
                program.append(.accept)
                try emit(tree, into: &program, &work)
            }
            for split in splits { program[split] = .split(split + 1, program.count) }
        }
    }
}

extension ScalarSet {
    /// The character that it consists of; nil when it is another set.
    fileprivate var only: Unicode.Scalar? {
        guard ranges.count == 1, !isNegated, let range = ranges.first,
            range.lowerBound == range.upperBound
        else { return nil }
        return range.lowerBound
    }
}
