import Foundation
import Glibc
import JobAPI
import JobClient
import Testing

@testable import JobControl

/// `jobctl edit`, with scripts in place of an editor.
@Suite struct EditTests {
    private let now = Date(timeIntervalSince1970: 1_795_335_330)

    private func job(_ change: (inout JobResource) -> Void = { _ in }) throws -> JobResource {
        var job = try JobResource(json: Array(Samples.document(42, state: "queued").utf8))
        change(&job)
        return job
    }

    @Test func whatIsLeftAsItIsChangesNothing() throws {
        let jobs = [
            try job(),
            try job { $0.labels = [:] },
            try job { $0.notBefore = now.addingTimeInterval(0.123) },
            try job {
                $0.labels = [
                    "a b": "1.0", "yes": "no", "x:y": "#", "": "", "null": "~", "q": "\"\\'\n\tü",
                    "-": "- a", "long": " spaces ", "url": "https://a/b?c=d", "[": "{",
                ]
                $0.queue = "0"
            },
            try job { $0.name = "two\nlines: #\u{1B}[31m" },
        ]
        for job in jobs {
            let text = EditText(job: job)
            #expect(try text.update(from: text.text, now: now).isEmpty, "\(text.text)")
        }
    }

    @Test func whatIsChanged() throws {
        let job = try job { $0.labels = ["app": "shop", "old": "1"] }
        func update(_ text: String) throws -> JobUpdate {
            try EditText(job: job).update(from: text, now: now)
        }
        #expect(try update("priority: -3") == JobUpdate(priority: -3))
        #expect(try update("queue: gpu # fast") == JobUpdate(queue: "gpu"))
        #expect(
            try update("not_before: +2h")
                == JobUpdate(start: .notBefore(now.addingTimeInterval(7200))))
        // Nothing to take away.
        #expect(try update("not_before:").isEmpty)
        #expect(
            try update("labels:\n  app: 1.0\n  new: yes")
                == JobUpdate(labels: ["app": "1.0", "new": "yes"]))
        #expect(try update("labels: {}") == JobUpdate(labels: [:]))
        #expect(try update("").isEmpty)
        #expect(try update("# only this").isEmpty)
        let timed = try self.job { $0.notBefore = now }
        #expect(
            try EditText(job: timed).update(from: "not_before: ", now: now)
                == JobUpdate(start: .anyTime))
    }

    @Test(arguments: [
        "priority: high", "priority: 1.5", "state: running", "- a", "text", "labels: [a]",
        "labels: {a: [b]}", "not_before: soon", "queue: [a]", "a: [", "queue: a\nqueue: b",
        "queue: a\n---\nqueue: b",
    ])
    func refusedTexts(_ text: String) throws {
        let job = try job()
        #expect(throws: Trouble.self) { try EditText(job: job).update(from: text, now: now) }
    }

    /// Edits with each of these scripts in turn, which find the file in `$1`.
    private func edit(
        _ scripts: [String],
        answering script: @escaping ScriptedDaemon.Script = { _ in
            .ok(Samples.document(42, state: "queued"))
        }, _ check: (Result<Received<JobResource>?, any Error>, [String], Int) throws -> Void
    ) async throws {
        let directory = "\(NSTemporaryDirectory())/jobctl-edit-\(UUID().uuidString)"
        let scratch = "\(directory)-scripts"
        for path in [directory, scratch] {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        }
        defer {
            for path in [directory, scratch] { try? FileManager.default.removeItem(atPath: path) }
        }
        for (index, script) in scripts.enumerated() {
            try script.write(toFile: "\(scratch)/\(index)", atomically: true, encoding: .utf8)
        }
        let editor = Editor(environment: [
            "EDITOR": """
            n=$(ls \(scratch)/done-* 2>/dev/null | wc -l); : > \(scratch)/done-$n; sh \(scratch)/$n
            """
        ])
        try await ScriptedDaemon.withClient(script) { client, daemon in
            let session = EditSession(
                client: client, editor: editor, job: try job(), directory: directory)
            let result: Result<Received<JobResource>?, any Error>
            do {
                result = .success(try await session.run())
            } catch {
                result = .failure(error)
            }
            let kept = try FileManager.default.contentsOfDirectory(atPath: directory)
            try check(result, daemon.lines, kept.count)
        }
    }

    @Test func onlyWhatChangedIsSent() async throws {
        try await edit(["sed -i 's/^queue: .*/queue: gpu/' $1"]) { result, lines, kept in
            let job = try result.get()
            #expect(job?.value.id == 42)
            #expect(lines == [#"PATCH /jobs/42 {"queue":"gpu"}"#])
            #expect(kept == 0)
        }
        try await edit(["true"]) { result, lines, kept in
            let job = try result.get()
            #expect(job == nil)
            #expect(lines == [])
            #expect(kept == 0)
        }
    }

    @Test func aRefusedTextIsOfferedAgain() async throws {
        try await edit([
            "echo 'priority: high' > $1",
            // The text is there, and why it was refused.
            "grep -q 'must be a whole number' $1 && sed -i 's/high/3/' $1",
            "grep -q 'No such queue.' $1 && ! grep -q 'whole number' $1 && echo 'queue: q' >> $1",
        ]) { request in
            request.body.contains("queue")
                ? .ok(Samples.document(42, state: "queued"))
                : .problem(422, "No such queue.")
        } _: { result, lines, kept in
            let job = try result.get()
            #expect(job?.value.id == 42)
            #expect(
                lines == [
                    #"PATCH /jobs/42 {"priority":3}"#,
                    #"PATCH /jobs/42 {"priority":3,"queue":"q"}"#,
                ])
            #expect(kept == 0)
        }
    }

    @Test func whatIsGivenUpIsKept() async throws {
        try await edit(["echo 'priority: high' > $1", "true"]) { result, lines, kept in
            let error = #expect(throws: Trouble.self) { try result.get() }
            #expect(error?.message.contains("your text is in /") == true)
            #expect(lines == [])
            #expect(kept == 1)
        }
        try await edit(["echo 'priority: 3' > $1"]) { _ in
            .problem(409, "Job 42 has started.")
        } _: { result, lines, kept in
            let error = #expect(throws: Trouble.self) { try result.get() }
            #expect(error?.message.contains("Job 42 has started; your text is in /") == true)
            #expect(lines.count == 1)
            #expect(kept == 1)
        }
        try await edit(["echo 'priority: 3' > $1; exit 1"]) { result, lines, kept in
            #expect(throws: Trouble.self) { try result.get() }
            #expect(lines == [])
            #expect(kept == 1)
        }
        // An editor that fails before anything was written leaves nothing.
        try await edit(["exit 1"]) { result, lines, kept in
            #expect(throws: Trouble.self) { try result.get() }
            #expect(kept == 0)
        }
    }

    @Test func whichEditor() {
        #expect(Editor(environment: ["VISUAL": "a", "EDITOR": "b"]).command == "a")
        #expect(Editor(environment: ["VISUAL": "", "EDITOR": "b -w"]).command == "b -w")
        #expect(Editor(environment: [:]).command == "vi")
    }

    @Test func noSuchEditor() async throws {
        let editor = Editor(environment: ["EDITOR": "no-such-editor-42 2>/dev/null"])
        let error = await #expect(throws: Trouble.self) { try await editor.edit("/dev/null") }
        #expect(error?.message.contains("$EDITOR") == true)
    }
}
