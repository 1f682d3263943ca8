import Foundation
import JobAPI
import Testing

/// signal(7), against what the C library was compiled with.
@Suite struct SignalNameTests {
    @Test func agreesWithTheSystem() {
        let numbers: [(String, Int32)] = [
            ("HUP", SIGHUP), ("INT", SIGINT), ("QUIT", SIGQUIT), ("ILL", SIGILL),
            ("TRAP", SIGTRAP), ("ABRT", SIGABRT), ("BUS", SIGBUS), ("FPE", SIGFPE),
            ("KILL", SIGKILL), ("USR1", SIGUSR1), ("SEGV", SIGSEGV), ("USR2", SIGUSR2),
            ("PIPE", SIGPIPE), ("ALRM", SIGALRM), ("TERM", SIGTERM), ("CHLD", SIGCHLD),
            ("CONT", SIGCONT), ("STOP", SIGSTOP), ("TSTP", SIGTSTP), ("TTIN", SIGTTIN),
            ("TTOU", SIGTTOU), ("URG", SIGURG), ("XCPU", SIGXCPU), ("XFSZ", SIGXFSZ),
            ("VTALRM", SIGVTALRM), ("PROF", SIGPROF), ("WINCH", SIGWINCH), ("SYS", SIGSYS),
        ]
        for (name, number) in numbers {
            #expect(SignalName.number(of: name) == number)
            #expect(SignalName.number(of: "SIG\(name)") == number)
            #expect(SignalName.number(of: "sig\(name.lowercased())") == number)
            #expect(SignalName.name(of: number) == name)
        }
    }

    @Test func everyNameLeadsBack() {
        for number: Int32 in 1...31 {
            #expect(SignalName.number(of: SignalName.name(of: number)) == number)
        }
    }

    @Test(arguments: ["", "SIG", "SIGSIGTERM", "TERM ", "15", "RTMIN+1", "\u{0}"])
    func otherWordsAreNoSignals(word: String) {
        #expect(SignalName.number(of: word) == nil)
    }

    @Test(arguments: [0, -1, 32, 64, Int32.max, Int32.min] as [Int32])
    func aSignalWithoutANameIsItsNumber(number: Int32) {
        #expect(SignalName.name(of: number) == String(number))
    }
}
