import Testing

@testable import JobRunner

/// What proc_pid_fdinfo(5) says, and what is made of it.
@Suite struct FileOpeningTests {
    @Test func readsWhatTheKernelWrites() throws {
        let opening = try #require(
            FileOpening("pos:\t123456789012\nflags:\t0100000\nmnt_id:\t29\nino:\t7\n"))
        #expect(opening.position == 123_456_789_012)
        #expect(opening.isForReading)
        #expect(FileOpening("flags:\t02\npos:\t0\n")?.position == 0)
    }

    @Test(arguments: [
        "", "pos:\t1\n", "flags:\t0100000\n", "pos:\t-1\nflags:\t0\n", "pos:\tx\nflags:\t0\n",
        "pos:\t1\nflags:\t9\n", "pos:\t99999999999999999999\nflags:\t0\n", "pos:\nflags:\n",
        "\u{0}\u{ff}",
    ])
    func refusesWhatSaysSomethingElse(_ text: String) {
        #expect(FileOpening(text) == nil)
    }

    @Test(arguments: [
        ("0100000", true), ("02", true), ("0100002", true), ("02100000", true),
        // O_WRONLY; O_APPEND to read and write, and with O_WRONLY; O_PATH.
        ("0100001", false), ("0102002", false), ("0102001", false), ("010100000", false),
    ])
    func knowsReadingFromWriting(_ flags: String, _ isForReading: Bool) throws {
        let opening = try #require(FileOpening("pos:\t5\nflags:\t\(flags)\n"))
        #expect(opening.isForReading == isForReading)
    }
}
