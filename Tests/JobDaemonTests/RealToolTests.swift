import Foundation
import JobTestSupport
import Testing

/// Tools as they are installed here, run as jobs: what the stream says last
/// before the end is how far they came.
@Suite(.serialized) struct RealToolTests {
    /// A tool at work. `make test-deps` installs what is run here.
    struct Case: Sendable, CustomTestStringConvertible {
        /// The source that the readings name.
        let source: String
        /// For `/bin/sh -c`, in an empty directory; `$URL` is a download of
        /// 8,000,000 bytes.
        let command: String
        var isTerminal = false
        /// How far it came; nil where no total is told.
        var fraction: Double? = 1
        /// How many units were done, where that is certain.
        var done: Double?
        var unit: String?
        var exitCode = 0

        var testDescription: String { "\(source): \(command.prefix(60))" }
    }

    private static let bytes = "head -c 4000000 /dev/urandom > f; "

    /// Four steps of a build, each after the one before.
    private static func project(failing step: Int?) -> String {
        """
        cat > CMakeLists.txt <<X
        cmake_minimum_required(VERSION 3.10)
        project(x NONE)
        file(TOUCH \\${CMAKE_BINARY_DIR}/o0)
        foreach(i RANGE 1 4)
          math(EXPR before "\\${i} - 1")
          add_custom_command(
            OUTPUT o\\${i} DEPENDS o\\${before}
            COMMAND test \\${i} -ne \(step ?? 0) && cmake -E touch o\\${i}
            COMMENT "Generating o\\${i}")
        endforeach()
        add_custom_target(all_steps ALL DEPENDS o4)
        X

        """
    }

    static let cases = [
        Case(
            source: "rsync",
            command: "mkdir s; head -c 3000000 /dev/urandom > s/a; cp s/a s/b; "
                + "rsync -a --info=progress2 s/ d/",
            done: 6_000_000, unit: "bytes"),
        Case(source: "curl", command: "curl -o out $URL", done: nil, unit: "bytes"),
        Case(source: "wget", command: "wget -O out $URL"),
        Case(source: "wget", command: "wget -O out $URL", isTerminal: true),
        Case(
            source: "aria2c",
            command: "aria2c --summary-interval=1 --max-download-limit=4M -o out $URL"),
        Case(
            source: "git",
            command: "git init -q a; cd a; for i in $(seq 300); do echo $i > $i; done; git add .; "
                + "git -c user.name=a -c user.email=a@b commit -qm x; cd ..; "
                + "git clone --progress --no-local a b",
            done: 302, unit: "objects"),
        Case(source: "pv", command: bytes + "pv -f f > /dev/null"),
        // It asks the terminal for the cursor's place, and waits for the answer.
        Case(source: "pv", command: bytes + "pv -c f > /dev/null", isTerminal: true),
        Case(
            source: "dd",
            command: "{ for i in 1 2 3; do head -c 1000000 /dev/zero; sleep 1.1; done; } "
                + "| dd of=/dev/null status=progress",
            fraction: nil, done: 3_000_000, unit: "bytes"),
        Case(
            source: "tar",
            command: "head -c 1000000 /dev/zero > f; tar --checkpoint=20 -cf /dev/null f",
            fraction: nil),
        Case(source: "7z", command: bytes + "7z a -bsp1 -mx1 x.7z f"),
        Case(source: "zstd", command: bytes + "zstd -v f", isTerminal: true),
        Case(source: "cmake", command: project(failing: nil) + "cmake . && make"),
        Case(
            source: "cmake", command: project(failing: 3) + "cmake . && make", fraction: 0.75,
            exitCode: 2),
        Case(source: "ninja", command: project(failing: nil) + "cmake -G Ninja . && ninja -C ."),
        Case(
            source: "counter",
            command: "{ printf 'rule r\\n  command = test $out != 3\\n'; "
                + "for i in 1 2 3 4 5; do echo \"build $i: r || $((i - 1))\"; done; } "
                + "> build.ninja; : > 0; ninja -j1",
            fraction: 0.6, done: 3, exitCode: 1),
        Case(
            source: "tqdm",
            command: "/usr/bin/python3 -c 'import tqdm, time\n"
                + "for i in tqdm.tqdm(range(40), desc=\"rows\"): time.sleep(0.01)'",
            done: 40, unit: "iterations"),
        Case(
            source: "tqdm",
            command: "/usr/bin/python3 -c 'import tqdm\n"
                + "for i in tqdm.tqdm(range(40), mininterval=0):\n  assert i < 10'",
            fraction: 0.25, done: 10, exitCode: 1),
        Case(
            source: "pytest",
            command: "printf 'import pytest\\n@pytest.mark.parametrize(\"i\", range(8))\\n"
                + "def test_it(i): pass\\n' > test_a.py; /usr/bin/python3 -m pytest"),
        Case(
            source: "pytest",
            command: "for n in a b c d; do echo 'def test_it(): assert __name__ != \"test_b\"' "
                + "> test_$n.py; done; /usr/bin/python3 -m pytest -x -v",
            fraction: 0.5, exitCode: 1),
        Case(
            source: "restic",
            command: bytes + "export RESTIC_PASSWORD=x RESTIC_REPOSITORY=$PWD/r; "
                + "restic init -q; restic backup --json f"),
        Case(
            source: "borg",
            command: bytes + "export BORG_BASE_DIR=$PWD/b; borg init -e none r; "
                + "borg create --progress --log-json r::a f",
            fraction: nil),
        Case(
            source: "parallel", command: "seq 20 | parallel --bar true", isTerminal: true),
        Case(
            source: "ffmpeg",
            command: "ffmpeg -loglevel error -f lavfi -i testsrc=d=4:s=64x64 a.avi && "
                + "ffmpeg -nostdin -i a.avi -f null -"),
    ]

    @Test(arguments: cases)
    func toldToTheEnd(_ tool: Case) throws {
        try DaemonFixture.with { jobd in
            let served = try jobd.submit([
                "command": "head -c 8000000 /dev/zero | tr '\\0' x", "name": "download",
            ])
            try jobd.finished(served)
            let directory = "\(jobd.directory)/work"
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true)
            let id = try jobd.submit([
                "command": tool.command, "cwd": directory, "tty": tool.isTerminal, "stdin": "",
                "env": ["URL": "\(jobd.address)/jobs/\(served)/output"],
            ])
            let events = try jobd.stream("/jobs/\(id)/progress")
            let output = String(
                decoding: try jobd.request("GET", "/jobs/\(id)/output").body, as: UTF8.self)
            #expect(events.last?.json["exit_code"] as? Int == tool.exitCode, "\(output)")
            let readings = events.filter { $0.event == nil }.map(\.json)
            let last = try #require(readings.last, "\(output)")
            #expect(last["source"] as? String == tool.source, "\(output)")
            #expect(last["fraction"] as? Double == tool.fraction, "\(output)")
            if let done = tool.done { #expect(last["done"] as? Double == done, "\(output)") }
            if let unit = tool.unit { #expect(last["unit"] as? String == unit, "\(output)") }
        }
    }
}
