/// Finds the arguments that programs take for code: there a parameter would not be
/// an argument but a part of a program.
///
/// It knows the shells and the usual interpreters, wherever in a command they stand
/// (`env`, `timeout`, `find -exec`). It is a guard against mistakes, not a proof:
/// there are more programs that run what they are told.
enum CodeArguments {
    /// How a program takes code.
    private struct Interpreter {
        /// Letters of short options whose argument is code.
        var letters = ""
        /// Long options whose argument is code.
        var options: Set<String> = []
        /// Options with an argument that is none, but stands before the code.
        var valued: Set<String> = []
        /// Whether the first argument that is no option is code, by itself or after
        /// one of the options.
        var takesFirst = false
    }

    /// The numbers of the elements that are code, or options before it, and name a
    /// parameter; ascending.
    static func places(in elements: [TextTemplate]) -> [Int] {
        var places: Set<Int> = []
        for (index, element) in elements.enumerated() {
            guard let text = element.literal, let program = interpreter(text) else { continue }
            // Further on, `sed` is more often a word than a program.
            if program.takesFirst, index > 0 { continue }
            places.formUnion(self.places(in: elements, after: index, program))
        }
        return places.sorted()
    }

    private static func places(
        in elements: [TextTemplate], after start: Int, _ program: Interpreter
    ) -> [Int] {
        var places: [Int] = []
        // Whether the next argument that is no option is code.
        var isCodeNext = program.takesFirst
        var index = start + 1
        while index < elements.count {
            let element = elements[index]
            let hasNames = !element.names.isEmpty
            let beginning = element.beginning
            index += 1
            guard beginning.hasPrefix("-") || beginning.hasPrefix("+"), beginning.count > 1 else {
                if isCodeNext, hasNames { places.append(index - 1) }
                return places
            }
            if beginning == "--" { continue }
            if program.valued.contains(beginning) {
                index += 1
                continue
            }
            guard takesCode(beginning, program) else { continue }
            // `-c…` in one element, `--eval=…`: its code, or the beginning of it.
            if hasNames { places.append(index - 1) }
            isCodeNext = true
        }
        return places
    }

    private static func takesCode(_ option: String, _ program: Interpreter) -> Bool {
        if option.hasPrefix("--") {
            return program.options.contains(String(option.prefix { $0 != "=" }))
        }
        return program.options.contains(option)
            || option.dropFirst().contains { program.letters.contains($0) }
    }

    private static func interpreter(_ path: String) -> Interpreter? {
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        // python3.13, lua5.4, ruby3.1
        let bare = name.prefix { !$0.isNumber && $0 != "." }
        return interpreters[name] ?? interpreters[String(bare)]
    }

    private static let shell = Interpreter(
        letters: "c", options: ["--command"],
        valued: ["-o", "+o", "-O", "+O", "--rcfile", "--init-file"])

    private static let interpreters: [String: Interpreter] = {
        var programs: [String: Interpreter] = [:]
        for name in ["sh", "bash", "dash", "zsh", "ksh", "mksh", "ash", "fish", "csh", "tcsh"] {
            programs[name] = shell
        }
        let python = Interpreter(letters: "c", valued: ["-W", "-X"])
        for name in ["python", "pypy"] { programs[name] = python }
        programs["perl"] = Interpreter(letters: "eE", valued: ["-I"])
        programs["ruby"] = Interpreter(letters: "e", valued: ["-I", "-r"])
        programs["lua"] = Interpreter(letters: "e", valued: ["-l"])
        programs["php"] = Interpreter(
            letters: "rBRE", options: ["--run", "--process-code"], valued: ["-d", "-c"])
        let node = Interpreter(
            letters: "ep", options: ["--eval", "--print"], valued: ["-r", "--require", "--import"])
        for name in ["node", "nodejs", "bun", "deno"] { programs[name] = node }
        programs["su"] = Interpreter(letters: "c", options: ["--command", "--session-command"])
        programs["pwsh"] = Interpreter(options: ["-c", "-Command", "-command", "-EncodedCommand"])
        let awk = Interpreter(valued: ["-F", "-v"], takesFirst: true)
        for name in ["awk", "gawk", "mawk", "nawk"] { programs[name] = awk }
        programs["sed"] = Interpreter(letters: "e", options: ["--expression"], takesFirst: true)
        return programs
    }()
}

extension TextTemplate {
    /// What stands before its first parameter.
    fileprivate var beginning: String {
        switch pieces.first {
        case .literal(let text)?: text
        case .placeholder?, nil: ""
        }
    }
}
