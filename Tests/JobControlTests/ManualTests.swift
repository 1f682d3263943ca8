import Foundation
import Testing

@testable import JobControl

/// Manual pages made from the declarations.
@Suite struct ManualTests {
    /// Made once: it takes a while.
    private static let program = Result { try DeclarationDump.own().command }

    private func pages() throws -> [ManualPage] {
        let program = try Self.program.get()
        return ManualVerb.paths(program).compactMap {
            ManualPage(of: program, path: $0, section: "1", date: "November 22, 2026")
        }
    }

    @Test func everyVerbHasAPage() throws {
        let pages = try pages()
        let files = Set(pages.map(\.file))
        #expect(files.isSuperset(of: ["jobctl.1", "jobctl-run.1", "jobctl-list.1"]))
        // What only scripts use is not in the manual.
        #expect(!files.contains("jobctl-complete.1"))
        #expect(!files.contains("jobctl-manual.1"))
        let whole = try #require(pages.first { $0.file == "jobctl.1" }).text
        for verb in try Self.program.get().shownSubcommands
        where verb.commandName != "help" {
            #expect(whole.contains("\n.Ss \"jobctl \(verb.commandName)"))
            #expect(files.contains("jobctl-\(verb.commandName).1"))
        }
        for section in ["ENVIRONMENT", "FILES", "EXIT STATUS", "EXAMPLES", "SEE ALSO"] {
            #expect(whole.contains("\n.Sh \(section)\n"))
        }
    }

    @Test func aVerbsPageHasItsOptionsAndExamples() throws {
        let page = try #require(pages().first { $0.file == "jobctl-list.1" }).text
        #expect(page.hasPrefix(".Dd November 22, 2026\n.Dt JOBCTL-LIST 1\n"))
        #expect(page.contains(".It Fl w , Fl \\-watch\n"))
        #expect(page.contains(".It Fl \\-label Ar key=value\n"))
        #expect(page.contains("\njobctl list \\-\\-watch\n"))
        #expect(page.contains(".Xr jobctl 1"))
    }

    @Test func anotherProgramsPageHasWhatItDoesByItself() throws {
        let dump = """
            {"serializationVersion":0,"command":{"commandName":"jobd","abstract":"Runs jobs.",
            "subcommands":[{"commandName":"serve","discussion":"It serves.","arguments":[
            {"kind":"option","shouldDisplay":true,"isOptional":true,"isRepeating":false,
            "parsingStrategy":"default","names":[{"kind":"long","name":"slots"}],
            "valueName":"n","defaultValue":"2","abstract":"How many at once."}]},
            {"commandName":"help"}]}}
            """
        let program = try DeclarationDump(json: Array(dump.utf8)).command
        #expect(ManualVerb.paths(program) == [[]])
        let page = try #require(ManualPage(of: program, section: "8", date: "November 22, 2026"))
        #expect(page.file == "jobd.8")
        #expect(page.text.contains(".Nd runs jobs\n.Sh SYNOPSIS\n.Nm jobd\n.Op Ar options\n"))
        #expect(page.text.contains(".It Fl \\-slots Ar n\nHow many at once.\nThe default is 2.\n"))
        #expect(page.text.contains("It serves."))
    }

    @Test func discussionsAreTakenApart() {
        let discussion = ManualDiscussion(
            """
            One.
            Still one.

            Two: it is.

            EXAMPLES:
              jobctl run
                --name x

            EXIT STATUS:
              0 good
            """)
        #expect(discussion.paragraphs == ["One. Still one.", "Two: it is."])
        #expect(
            discussion.sections == [
                .init(title: "EXAMPLES", lines: ["jobctl run", "  --name x"]),
                .init(title: "EXIT STATUS", lines: ["0 good"]),
            ])
        #expect(ManualDiscussion("").sections.isEmpty)
    }

    @Test(arguments: [
        (
            "One sentence. Then `jobctl run --x`.",
            ["One sentence.", "Then \\fBjobctl run \\-\\-x\\fR."]
        ),
        ("By --url, else a half-open one…", ["By \\-\\-url, else a half-open one\\[u2026]"]),
        (".5 or 'x'", ["\\&.5 or 'x'"]), ("back\\slash", ["back\\eslash"]),
    ])
    func paragraphs(_ text: String, _ lines: [String]) {
        #expect(MdocText.paragraph(text) == lines)
    }

    @Test func linesAreShort() {
        let text = String(repeating: "a few more words ", count: 30)
        let lines = MdocText.paragraph(text)
        #expect(lines.count > 1)
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(lines.joined(separator: " ") + " " == text)
    }

    @Test(arguments: [
        ("key=value", "key=value"), ("No", "\\&No"), ("-name", "\\-name"), ("a b", "\"a b\""),
        (".", "\\&."),
    ])
    func arguments(_ word: String, _ argument: String) {
        #expect(MdocText.argument(word) == argument)
    }

    @Test func theDateIsTheSources() {
        #expect(
            ManualVerb.date(environment: ["SOURCE_DATE_EPOCH": "1795335400"]) == "November 22, 2026"
        )
    }

    private static let mandoc = "/usr/bin/mandoc"

    @Test(
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: mandoc), "mandoc is not installed"))
    func pagesAreWithoutFault() throws {
        let directory = FileManager.default.temporaryDirectory
            .appending(path: "manual-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let files = try pages().map { page in
            let file = directory.appending(path: page.file)
            try Data(page.text.utf8).write(to: file)
            return file.path
        }
        let process = Process()
        process.executableURL = URL(filePath: Self.mandoc)
        process.arguments = ["-Tlint", "-Wwarning"] + files
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(text == "")
        #expect(process.terminationStatus == 0)
    }
}
