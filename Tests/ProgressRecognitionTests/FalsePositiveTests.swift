import JobModel
import ProgressRecognition
import Testing

/// What programs print that is not progress must not become any.
@Suite struct FalsePositiveTests {
    static let corpus: [(name: String, text: String)] = [
        (
            "df",
            """
            Filesystem     1K-blocks     Used Available Use% Mounted on
            udev             4011816        0   4011816   0% /dev
            tmpfs             806180     1628    804552   1% /run
            /dev/sda2      479668904 93412840 361816584  21% /
            /dev/sdb1      959786032 892601010  18359318  98% /srv
            tmpfs            4030888        0   4030888   0% /dev/shm
            """
        ),
        (
            "top -b",
            """
            top - 10:22:31 up 11 days,  3:02,  1 user,  load average: 0.31, 0.22, 0.18
            Tasks: 213 total,   1 running, 212 sleeping,   0 stopped,   0 zombie
            %Cpu(s):  3.1 us,  1.0 sy,  0.0 ni, 95.6 id,  0.2 wa,  0.0 hi,  0.1 si,  0.0 st
            MiB Mem :   7873.2 total,    913.4 free,   3120.9 used,   3838.9 buff/cache
                PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND
               1234 root      20   0  812340  91232  33210 S   6.2   1.1  12:33.10 node
                  1 root      20   0  168140  11520   8320 S   0.0   0.1   0:12.34 systemd
            """
        ),
        (
            "ls -l, du, free, uptime",
            """
            total 48
            -rw-r--r-- 1 ann ann  4096 Nov 22  2025 notes.txt
            drwxr-xr-x 3 ann ann  4096 Nov 11 10:33 1-of-2
            12K	./3/10
            42	.
            100	100%.txt
                          total        used        free      shared  buff/cache   available
            Mem:         8062156     3195804      935332       66756     3931020     4523092
             10:22:31 up 11 days,  3:02,  1 user,  load average: 0.31, 0.22, 0.18
            """
        ),
        (
            "compiler",
            """
            gcc -O2 -Wall -c main.c -o main.o
            main.c: In function 'main':
            main.c:10:33: warning: format '%d' expects argument of type 'int' [-Wformat=]
               10 |     printf("%d%% of %s\\n", 42, name);
                  |             ~^
            main.c:11:5: note: 3/10 is an integer division
            src/lib.rs:3/10: see https://example.org/a%20b/1/2
            1 warning generated.
            2 of 3 overloads are not viable
            """
        ),
        (
            "tests",
            """
            ok 1 - reads 42% of the file
            not ok 2 - 3 of 10 checks failed
            1..2
            Tests: 3 passed, 3 of 10 total
            Test Suites: 2 failed, 8 passed, 10 total
            8/10 tests passed
            9/10 tests passed
            10/10 passed
            100% tests passed, 0 tests failed out of 12
            90% tests passed, 1 tests failed out of 10
            Ran 42 tests in 3.10s
            test result: ok. 42 passed; 0 failed; 1 ignored; finished in 0.10s
            """
        ),
        (
            "coverage",
            """
            Name                 Stmts   Miss  Cover
            ----------------------------------------
            app/__init__.py          5      0   100%
            app/main.py             64     12    81%
            app/store.py           120      9    92%
            TOTAL                  189     21    89%
            File        | % Stmts | % Branch | % Funcs | % Lines |
            src/a.js    |   87.5  |   66.7   |  100    |  87.5   |
            coverage: 87%
            coverage: 87.3% of statements
            Lines executed:87.50% of 120
              lines......: 45.0% (90 of 200 lines)
              functions..: 61.0% (61 of 100 functions)
            Coverage 92%
            Required test coverage of 80% reached. Total coverage: 92.10%
            """
        ),
        (
            "perf report, dirstat",
            """
                41.20%  bash     libc-2.36.so       [.] malloc
                12.34%  bash     bash               [.] execute_command
                 3.10%  bash     [kernel.kallsyms]  [k] clear_page
              12.5% src/a/
              40.1% src/b/
              47.4% tests/
            """
        ),
        (
            "dates, versions, addresses, paths",
            """
            11/22
            11/22/2026
            [11/22/2026]
            [11/22/2026 10:33:01] started
            [11/22 10:33:01] started
            11/22 10:33 a
            12/23 10:34 b
            2026-11-22T10:33:01Z INFO 3/10
            22/Nov/2026:10:33:01 +0000
            10.0.0.0/8 via 192.168.1.1
            192.168.1.42/24
            v3.10/4
            1.2.3/4.5.6
            3/10.5
            http://example.org/3/10?x=42%25
            GET /a%20b/100%25 HTTP/1.1
            /usr/share/3/10
            and/or 24/7 9/11 50/50
            """
        ),
        (
            "prose",
            """
            disk 93% full
            Disk usage is at 93% on /srv.
            The battery is at 42%.
            About 42% of users agree; 58% do not.
            42% of users agree.
            10% faster than before
            5% error rate
            0% packet loss
            4 packets transmitted, 4 received, 0% packet loss, time 3004ms
            Add 1/2 cup of sugar and 3/4 cup of flour.
            1/2 cup sugar
            2/3 cup flour
            2/2 cups water
            We visited 3 of 10 places.
            3 of 10 people
            4 of 10 people
            5/10 stars
            6/10 stars
            Up to 50% off!
            150% is too much
            Warning: usage 91%
            Warning: usage 93%
            Using 10% of memory
            Using 20% of memory
            Compressing saved 42% of space
            """
        ),
        (
            "monitoring",
            """
            CPU: 10%
            CPU: 20%
            CPU: 30%
            cpu 10% mem 42%
            cpu 20% mem 43%
            mem=41% swap=1%
            mem=42% swap=1%
            12:00:01 AM     all      3.10      0.00
            replicas: 1/3
            web 1/3 Running
            web 2/3 Running
            1/3 ready
            2/3 ready
            """
        ),
        (
            "numbers",
            """
            1
            2
            42
            100
            0.42
            42 %%
            %
            %42
            -5%
            101%
            1e3%
            1/0
            0/0
            5/3
            [5/3] x
            [0/0]
            [1/02]
            [1.5/3]
            (12/10)
            999999999999999999999/9999999999999999999999
            99999999999999999999%
            """
        ),
        (
            "kernel and daemon logs",
            """
            [    3.101234] usb 1-1: new high-speed USB device number 3 using xhci_hcd
            [12345.678901] EXT4-fs (sda2): mounted filesystem
            Nov 22 10:33:01 host sshd[3100]: Accepted publickey for ann from 10.0.0.1 port 42
            I1122 10:33:01.123456       1 main.go:42] 3/10 nodes
            [INFO] BUILD SUCCESS
            [10/Nov/2026:10:33:01 +0000] "GET /?p=42% HTTP/1.1" 200 310
            (1) first (2) second
            [1] 3100
            [1]+  Done                    sleep 10
            """
        ),
    ]

    @Test(arguments: corpus.map(\.name))
    func nothingInOrdinaryOutput(name: String) throws {
        let text = try #require(Self.corpus.first { $0.name == name }?.text)
        #expect(record([Frame(text + "\n")]).map { told($0.progress) } == [])
        // Also not when every line comes at its own time,
        let lines = text.split(separator: "\n").map(String.init)
        #expect(readings(of: lines).map(told) == [])
        // nor with the endings of other systems.
        #expect(record([Frame(lines.joined(separator: "\r\n") + "\r\n")]) == [])
    }

    @Test func binaryDataIsNoProgress() {
        #expect(readings(of: ["1% \u{1}\u{7F}k", "[3/10] \u{2}", "42%\0"]) == [])
        #expect(readings(of: ["42% k"]).map(told) == ["0.42 'k'"])
    }

    @Test func oneOddLineDoesNotMakeTheNextBelieved() {
        #expect(readings(of: ["1/3", "1/4", "2/5", "1/3", "3/3 passed"]) == [])
        #expect(readings(of: ["a (1/9)", "b (3/9)", "c (2/9)"]) == [])
    }
}
