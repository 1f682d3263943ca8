import ArgumentParser

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// `jobctl manual`: writes the manual pages, when the programs are built.
struct ManualVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "manual",
        abstract: "Write manual pages into a directory.",
        discussion: """
            They are made from the declarations of the command line: jobctl's own, or those \
            of another program, as it prints them with --experimental-dump-help.

            EXAMPLES:
              jobctl manual man/
              jobd --experimental-dump-help | jobctl manual --from - --section 8 man/
            """,
        shouldDisplay: false)

    @Option(help: ArgumentHelp("The declarations; - for standard input.", valueName: "file"))
    var from: String?
    @Option(help: ArgumentHelp("The manual's section.", valueName: "n")) var section = "1"
    @Argument(help: "The directory.") var directory: String

    func perform(on console: Console) async throws -> Int32 {
        let program = try declaration()
        let date = Self.date(environment: ProcessInfo.processInfo.environment)
        for path in Self.paths(program) {
            guard let page = ManualPage(of: program, path: path, section: section, date: date)
            else { continue }
            let file = "\(directory)/\(page.file)"
            do {
                try Data(page.text.utf8).write(to: URL(filePath: file))
            } catch {
                throw Trouble(
                    message: "cannot write \(file): \(error)", status: ExitStatus.failed)
            }
            try console.line(file)
        }
        return 0
    }

    /// The page of the program, and one for each of its commands but the one that
    /// it does when it is told nothing.
    static func paths(_ program: CommandDeclaration) -> [[String]] {
        let only = ManualPage.only(program)?.commandName
        let verbs = program.shownSubcommands.map(\.commandName)
        return [[]] + verbs.filter { $0 != "help" && $0 != only }.map { [$0] }
    }

    private func declaration() throws -> CommandDeclaration {
        guard let from else { return try DeclarationDump.own().command }
        do {
            let json =
                from == "-"
                ? Self.standardInput() : Array(try Data(contentsOf: URL(filePath: from)))
            return try DeclarationDump(json: json).command
        } catch {
            throw Trouble.usage("cannot read declarations from \(from): \(error)")
        }
    }

    /// All of it. What breaks off is not JSON.
    private static func standardInput() -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(STDIN_FILENO, &chunk, chunk.count)
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
        }
    }

    /// The day that the pages are of, in English as mdoc(7) wants it: that of the
    /// sources, where the build says so (reproducible-builds.org), else today.
    static func date(environment: [String: String]) -> String {
        let epoch = environment["SOURCE_DATE_EPOCH"].flatMap(Double.init)
        let day = epoch.map { Date(timeIntervalSince1970: $0) } ?? Date()
        let parts = day.formatted(.iso8601.year().month().day()).split(separator: "-")
        guard parts.count == 3, let month = Int(parts[1]), let number = Int(parts[2]),
            (1...12).contains(month)
        else { return "January 1, 1970" }
        return "\(months[month - 1]) \(number), \(parts[0])"
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]
}
