import CLinux

/// What the supervisor is told on its command line.
struct Options {
    typealias Words = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

    /// The attempt's directory.
    var directory: UnsafePointer<CChar>
    /// Where the command is started; nil: where the supervisor was.
    var cwd: UnsafePointer<CChar>?
    /// Whether the command gets a pseudo-terminal instead of pipes.
    var usesTerminal = false
    /// Whether the directory holds a file of input for the command.
    var hasInput = false
    /// The file whose growing content the command reads as it comes; nil: its
    /// input is not open.
    var openInput: UnsafePointer<CChar>?
    /// After how many microseconds the command is torn down.
    var timeout: Int64?
    /// After how many microseconds without output and progress it is.
    var stallTimeout: Int64?
    /// How many microseconds lie between the first signal and SIGKILL.
    var grace: Int64 = 10_000_000
    /// How many bytes of output the journal may hold.
    var outputLimit: UInt64 = .max
    /// What the command may use, and as whom it runs.
    var confinement = Confinement()
    /// What must not get into the journal; nil: nothing is looked for.
    var masks: Masks?
    /// How many files processes could have open before jobd raised that for itself;
    /// nil: it did not.
    var formerOpenFiles: Int64?
    /// The command and its arguments, ended by a null pointer.
    var command: Words

    /// Nil if the words are not those `printUsage` asks for.
    init?(_ words: Words?, count: Int) {
        guard let words, count >= 4, let directory = words[1] else { return nil }
        self.directory = UnsafePointer(directory)
        var index = 2
        command = words
        while index < count, let word = words[index] {
            index += 1
            if word.equals("--") {
                command = words + index
                if index < count { return }
                return nil
            } else if word.equals("--tty") {
                usesTerminal = true
            } else if word.equals("--stdin") {
                hasInput = true
            } else if index < count, let value = words[index] {
                index += 1
                guard take(word, value) else { return nil }
            } else {
                return nil
            }
        }
        return nil
    }

    private mutating func take(
        _ option: UnsafeMutablePointer<CChar>, _ value: UnsafeMutablePointer<CChar>
    ) -> Bool {
        if option.equals("--cwd") {
            cwd = UnsafePointer(value)
            return true
        }
        if option.equals("--input") {
            openInput = UnsafePointer(value)
            return true
        }
        if option.equals("--mask") {
            // By name: the command line is for everybody to see.
            guard let secret = getenv(value) else { return false }
            if masks == nil { masks = Masks() }
            return masks?.add(secret) ?? false
        }
        if option.equals("--cgroup") {
            confinement.controlGroup = UnsafePointer(value)
            return true
        }
        if option.equals("--user") {
            confinement.user = Credentials(value)
            return confinement.user != nil
        }
        if option.equals("--nice") {
            confinement.nice = value.signedDecimal
            return confinement.nice != nil
        }
        guard let number = value.decimal else { return false }
        if option.equals("--timeout-us") {
            timeout = number
        } else if option.equals("--stall-us") {
            stallTimeout = number
        } else if option.equals("--grace-us") {
            grace = number
        } else if option.equals("--output-limit") {
            outputLimit = UInt64(number)
        } else if option.equals("--former-open-files") {
            formerOpenFiles = number
        } else if option.equals("--memory") {
            confinement.memory = number
        } else if option.equals("--cpu-seconds") {
            confinement.cpuSeconds = number
        } else if option.equals("--open-files") {
            confinement.openFiles = number
        } else if option.equals("--processes") {
            confinement.processes = number
        } else if option.equals("--io-priority") {
            confinement.ioPriority = number
        } else {
            return false
        }
        return true
    }

    /// Says on standard error how the program is called.
    static func printUsage() {
        let usage: StaticString = """
            usage: jobd-supervise DIR [--cwd PATH] [--tty] [--stdin | --input PATH]
                                  [--timeout-us N] [--stall-us N] [--grace-us N]
                                  [--output-limit N] [--mask VARIABLE]...
                                  [--memory N] [--cpu-seconds N] [--open-files N]
                                  [--processes N] [--nice N] [--io-priority N]
                                  [--cgroup DIR] [--user UID:GID:[GID,...]]
                                  [--former-open-files N] -- COMMAND [ARGUMENT...]
            jobd starts it, with a journal and two FIFOs as descriptors 3, 4 and 5.

            """
        _ = linux_write(2, usage.utf8Start, usage.utf8CodeUnitCount)
    }
}

extension UnsafeMutablePointer<CChar> {
    /// Whether the C string is this word.
    func equals(_ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        return strlen(self) == length && memcmp(self, word.utf8Start, length) == 0
    }

    /// The C string as a decimal number, with a minus sign if it is negative.
    var signedDecimal: Int64? {
        pointee == 0x2d ? (self + 1).decimal.map { -$0 } : decimal
    }

    /// The C string as a decimal number that is not negative.
    var decimal: Int64? {
        Decimal.parse(UnsafeRawBufferPointer(start: self, count: strlen(self)))
    }
}
