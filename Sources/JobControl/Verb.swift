import ArgumentParser

/// A subcommand. What it throws is told in one line on standard error.
protocol Verb: AsyncParsableCommand {
    /// Does what the verb says.
    ///
    /// - Returns: What to exit with.
    func perform(on console: Console) async throws -> Int32

    /// What to exit with for this trouble.
    func status(for trouble: Trouble) -> Int32
}

extension Verb {
    func status(for trouble: Trouble) -> Int32 { trouble.status }

    func run() async throws {
        let console = Console.system
        do {
            let status = try await perform(on: console)
            if status != 0 { throw ExitCode(status) }
        } catch let code as ExitCode {
            throw code
        } catch let help as CleanExit {
            throw help
        } catch {
            let trouble = Trouble(error)
            if !trouble.message.isEmpty { console.note(trouble.message) }
            throw ExitCode(status(for: trouble))
        }
    }
}
