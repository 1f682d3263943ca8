import Foundation
import JobTestSupport
import Testing

/// Tools as they are installed here, run as jobs: what the stream says last
/// before the end is how far they came.
@Suite(.serialized) struct RealToolTests {
    /// A tool at work. `make deps` installs what is run here.
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

    static let cases = [
        Case(
            source: "rsync",
            command: "mkdir s; head -c 3000000 /dev/urandom > s/a; cp s/a s/b; "
                + "rsync -a --info=progress2 s/ d/",
            done: 6_000_000, unit: "bytes"),
        Case(source: "curl", command: "curl -o out $URL", done: nil, unit: "bytes"),
        Case(source: "wget", command: "wget -O out $URL"),
        Case(source: "wget", command: "wget -O out $URL", isTerminal: true),
        Case(source: "aria2", command: "aria2c --summary-interval=1 -o out $URL"),
        Case(
            source: "git",
            command: "git init -q a; cd a; for i in $(seq 300); do echo $i > $i; done; git add .; "
                + "git -c user.name=a -c user.email=a@b commit -qm x; cd ..; "
                + "git clone --progress --no-local a b",
            done: 302, unit: "objects"),
        Case(source: "pv", command: bytes + "pv -f f > /dev/null"),
        Case(
            source: "dd", command: "dd if=/dev/zero of=/dev/null bs=64k count=100 status=progress",
            fraction: nil, done: 6_553_600, unit: "bytes"),
        Case(
            source: "tar",
            command: "head -c 1000000 /dev/zero > f; tar --checkpoint=20 -cf /dev/null f",
            fraction: nil),
        Case(source: "7z", command: bytes + "7z a -bsp1 -mx1 x.7z f", fraction: nil),
        Case(source: "zstd", command: bytes + "zstd -v f", isTerminal: true),
        Case(
            source: "make",
            command: "cat > CMakeLists.txt <<X\n"
                + "cmake_minimum_required(VERSION 3.10)\nproject(x NONE)\n"
                + "foreach(i RANGE 1 4)\nadd_custom_target(t\\${i} ALL COMMAND true)\n"
                + "endforeach()\nX\ncmake . && make"),
        Case(
            source: "ninja",
            command: "{ printf 'rule r\\n  command = touch $out\\n'; "
                + "for i in 1 2 3 4 5; do echo build $i: r; done; } > build.ninja; ninja",
            done: 5),
        Case(
            source: "ninja",
            command: "{ printf 'rule r\\n  command = test $out != 3\\n'; "
                + "for i in 1 2 3 4 5; do echo \"build $i: r || $((i - 1))\"; done; } "
                + "> build.ninja; : > 0; ninja -j1",
            fraction: 0.6, done: 3, exitCode: 1),
        Case(
            source: "tqdm",
            command: "python3 -c 'import tqdm, time\n"
                + "for i in tqdm.tqdm(range(40), desc=\"rows\"): time.sleep(0.01)'",
            done: 40, unit: "it"),
        Case(
            source: "tqdm",
            command: "python3 -c 'import tqdm\n"
                + "for i in tqdm.tqdm(range(40), mininterval=0):\n  assert i < 10'",
            fraction: 0.25, done: 10, exitCode: 1),
        Case(
            source: "pytest",
            command: "printf 'import pytest\\n@pytest.mark.parametrize(\"i\", range(8))\\n"
                + "def test_it(i): pass\\n' > test_a.py; python3 -m pytest"),
        Case(
            source: "pytest",
            command: "for n in a b c d; do echo 'def test_it(): assert __name__ != \"test_b\"' "
                + "> test_$n.py; done; python3 -m pytest -x -v",
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
