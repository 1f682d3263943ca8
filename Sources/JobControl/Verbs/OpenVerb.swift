import ArgumentParser
import JobAPI
import JobClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `jobctl open`
struct OpenVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "Open the dashboard in a browser, signed in.",
        discussion: """
            Prints the dashboard's address and, on a terminal of a desktop, opens it. \
            The address signs a browser in as you: once, and within a minute. Through \
            the daemon's socket the address is the first on which it listens by TCP.

            EXAMPLES:
              jobctl open
              jobctl open 42
              jobctl --url https://jobs.example.org open --print
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Flag(name: .customLong("print"), help: "Print the address, and open nothing.")
    var isOnlyPrinted = false
    @Argument(help: ArgumentHelp("The job whose page is opened.", valueName: "id")) var id: Int64?

    func perform(on console: Console) async throws -> Int32 {
        let address = try await connection.withClient { client in
            try await DashboardAddress(of: client, job: id)
        }
        if format.isJSON {
            let end = address.code.map { JSONText.string($0.expiresAt.wireTime) } ?? "null"
            try console.line(#"{"url":\#(JSONText.string(address.url)),"expires_at":\#(end)}"#)
            return 0
        }
        try console.line(address.url)
        if !isOnlyPrinted, console.outputIsTerminal,
            let browser = DesktopBrowser(environment: ProcessInfo.processInfo.environment)
        {
            try browser.open(address.url)
        }
        return 0
    }
}
