import JobModel
import ProgressRecognition
import Testing

/// What the recordings of build tools do not show.
@Suite struct BuildToolTests {
    /// `[3/10] …` is any program's, until something tells whose.
    @Test(arguments: [
        (["[1/3] CC a.o"], "counter"),
        (["[1/3] RUN apt-get update"], "counter"),
        (["[1/3] Compiling main.ts"], "counter"),
        (["[1/3] Building fresh packages..."], "counter"),
        (["ninja: Entering directory `out'", "[1/3] CC a.o"], "ninja"),
        (["[1/3] Compiling C object app.p/main.c.o"], "ninja"),
        (["[1/3] Linking target app"], "ninja"),
        (["[1/3] Building CXX object a.cpp.o", "[2/3] CC b.o"], "ninja"),
        (["Building for production...", "[1/3] Compiling app main.swift"], "swiftpm"),
        (["[1/3] Emitting module app"], "swiftpm"),
        (["[ 42%] fetching things"], "percent"),
        (["[ 42%] Building C object a.c.o"], "cmake"),
        (["[42%] Building"], "percent"),
        (["  Building [3/10] things"], "counter"),
    ])
    func whoseItIs(_ lines: [String], _ source: String) {
        // A weak form is believed from its second line on.
        let again = lines.map {
            $0.replacing("[1/3]", with: "[2/3]").replacing("3/10", with: "4/10")
        }
        #expect(readings(of: lines + again).last?.source.rawValue == source)
    }

    /// ninja finds more to do; the numbers are those it prints.
    @Test func aTotalThatGrows() {
        let lines = [
            "[1/2] Re-running CMake...", "[1/8] Building C object a.c.o",
            "[2/8] Building C object b.c.o",
        ]
        #expect(readings(of: lines).map(\.fraction) == [0.5, 0.125, 0.25])
    }

    @Test func swiftTestsAfterTheBuild() {
        let told = readings(
            of: [
                "Building for debugging...", "[3/4] Linking app", "Build complete! (1.20s)",
                "[1/2] Testing AppTests.ATests/testA", "[2/3] of its own",
            ])
        #expect(told.map(\.fraction) == [0.75, 1, 0.5])
        #expect(told.allSatisfy { $0.source.rawValue == "swiftpm" })
    }

    @Test(arguments: [
        (" Downloading [==>  ] 3/5, remaining bytes: 1.2MiB", "0.6 3.0/5.0 crates 'Downloading'"),
        ("    Cleaning [=====>                   ]  42.10%", "0.421 'Cleaning'"),
        ("    Building [=====>     ] 12/34: serde, app(bin)", "12.0/34.0"),
    ])
    func cargo(_ line: String, _ expected: String) {
        let told = readings(of: [line])
        #expect(told.map(\.source.rawValue) == ["cargo"])
        let text = told.first.map { ProgressRecognitionTests.told($0) }
        #expect(text?.contains(expected) == true)
    }

    /// A play's counter that goes on from the play before says nothing of this
    /// one.
    @Test func ansibleCountersBeyondTheirTotal() {
        let stars = String(repeating: "*", count: 30)
        let told = readings(of: ["TASK 1/2 [a] \(stars)", "TASK 3/2 [b] \(stars)"])
        #expect(told.map(\.fraction) == [0])
    }

    @Test(arguments: [
        "test_a.py ..F.s [100%]", "......F [ 42%]", "test_a.py::test_b SKIPPED (not here) [ 42%]",
        "[gw12] [ 42%] PASSED test_a.py::test_b",
    ])
    func pytest(_ line: String) {
        #expect(readings(of: [line]).map(\.source.rawValue) == ["pytest"])
    }

    /// Lines that tools print beside those that count.
    @Test(arguments: [
        [
            "ok  \texample.org/parts\t0.012s",
            "ok  \texample.org/tools\t1.204s\tcoverage: 87.3% of statements",
            "--- FAIL: TestPages (0.00s)", "=== RUN   TestPages/3_of_10", "FAIL", "PASS",
        ],
        [
            "PASS src/a.test.js", "FAIL src/b.test.js (5.2 s)", "  ✓ reads 3 of 10 (3 ms)",
            "Tests:       1 failed, 9 passed, 10 total", "Time:        3.1 s, estimated 4 s",
            "RUNS src/c.test.js",
        ],
        [
            "npm warn deprecated a@1.2.3", "added 42 packages in 3s",
            "3 packages are looking for funding", "> app@1.0.0 test", "> node --test",
        ],
        [
            "   Compiling serde v1.0.0", "   Compiling app v0.1.0",
            "  Downloaded serde v1.0.0 (1/2)",
        ],
        [
            "make[1]: Entering directory '/src'", "gcc -c a.c",
            "make: *** [Makefile:3: a.o] Error 1",
        ],
        ["....F...s.", "Ran 10 tests in 0.1s", "FAILED (failures=1)"],
        [
            "[INFO] Building app 1.0", "[INFO] Building jar: /src/target/app-1.0.jar",
            "[INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 0", "[INFO] BUILD SUCCESS",
            "[INFO] parts ............ SUCCESS [  0.042 s]",
        ],
        ["build [ 42%]", "x.py [ 42%]", "memory [ 42%]", "a::b [ 42%]"],
        ["Start 3: part3", "    Start 3: part3", "1/6 Test #", "Applying patches... OK"],
        [
            "collected data [ 42%]", "fatal: [localhost]: FAILED!", "TASK [a]", "****",
            "* PLAY [a] *",
        ],
    ])
    func nothing(_ lines: [String]) {
        #expect(readings(of: lines).map { ProgressRecognitionTests.told($0) } == [])
    }
}
