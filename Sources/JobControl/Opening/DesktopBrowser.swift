#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The browser of the desktop that somebody sits at.
struct DesktopBrowser: Sendable {
    /// Where files go that only the user can read.
    private let directory: String

    /// nil where there is no display.
    init?(environment: [String: String]) {
        let displays = ["WAYLAND_DISPLAY", "DISPLAY"].compactMap { environment[$0] }
        guard displays.contains(where: { !$0.isEmpty }) else { return nil }
        directory =
            ["XDG_RUNTIME_DIR", "TMPDIR"].compactMap { environment[$0] }.first { !$0.isEmpty }
            ?? "/tmp"
    }

    /// Opens an address that signs in whoever has it.
    ///
    /// It is passed on in a file, because every user of the machine sees the arguments
    /// of all processes (proc_pid_cmdline(5)). The file stays for the browser to read,
    /// until the next call; what is in it is worth nothing a moment later.
    ///
    /// - Throws: `Trouble` when there is no xdg-open, or no room.
    func open(_ url: String) throws {
        try start(["xdg-open", try file(leadingTo: url)])
    }

    /// Writes a file that only the user can read.
    ///
    /// - Returns: Its path.
    func file(leadingTo url: String) throws -> String {
        removeFormerFiles()
        var template = Array("\(directory)/jobctl-open-XXXXXX.html".utf8CString)
        // mkstemp(3): for its owner only.
        let descriptor = mkstemps(&template, 5)
        guard descriptor >= 0 else { throw Self.trouble("cannot write to \(directory)", errno) }
        defer { close(descriptor) }
        let page = Array(Self.page(to: url).utf8)
        guard write(descriptor, page, page.count) == page.count else {
            throw Self.trouble("cannot write to \(directory)", errno)
        }
        return String(
            decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Removes what earlier calls have left. A code is good for a minute, so nobody
    /// waits for a file that is older.
    private func removeFormerFiles() {
        guard let entries = opendir(directory) else { return }
        defer { closedir(entries) }
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasPrefix("jobctl-open-"), name.hasSuffix(".html") else { continue }
            let path = "\(directory)/\(name)"
            var status = stat()
            guard lstat(path, &status) == 0, status.st_uid == geteuid(),
                time(nil) - status.st_mtim.tv_sec > 60
            else { continue }
            unlink(path)
        }
    }

    /// A page that leads to another at once.
    private static func page(to url: String) -> String {
        let escaped = url.replacing("&", with: "&amp;").replacing("\"", with: "&quot;")
        return """
            <!DOCTYPE html><meta charset="utf-8"><title>jobd</title>\
            <meta http-equiv="refresh" content="0; url=\(escaped)">

            """
    }

    /// Starts a program that goes on without this terminal.
    private func start(_ words: [String]) throws {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Self.newSession)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in 0..<3 {
            posix_spawn_file_actions_addopen(
                &actions, CInt(descriptor), "/dev/null", O_RDWR, 0)
        }
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var pid = pid_t()
        let code = posix_spawnp(&pid, words[0], &actions, &attributes, &arguments, environ)
        guard code == 0 else {
            throw Self.trouble("cannot start \(words[0]), open the address yourself", code)
        }
    }

    /// POSIX_SPAWN_SETSID of spawn.h, which is a GNU extension that Swift does not see.
    private static let newSession: Int16 = 0x80

    private static func trouble(_ what: String, _ code: CInt) -> Trouble {
        Trouble(
            message: "\(what): \(String(cString: strerror(code)))", status: ExitStatus.failed)
    }
}
