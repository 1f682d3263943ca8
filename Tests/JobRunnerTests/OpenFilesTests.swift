import Foundation
import Journal
import Testing

@testable import JobRunner

/// Which files are found in `/proc`.
@Suite struct OpenFilesTests {
    private static let size: Int64 = 4 << 20

    private func names(_ processes: FakeProcesses, below process: Int32 = 1) -> [String] {
        OpenFiles.read(below: process, root: processes.root).map(\.name)
    }

    @Test func findsTheFilesOfAllDescendantsTheNearestFirst() throws {
        let processes = try FakeProcesses()
        try processes.add(1, children: [[20], [30]])
        try processes.add(20, children: [[], [21]])
        try processes.add(21)
        try processes.add(30)
        try processes.add(99)
        for process in [1, 20, 21, 30, 99] as [Int32] {
            try processes.open(
                try processes.file("of \(process)", size: Self.size), as: 3, of: process,
                at: Int64(process))
        }
        let found = OpenFiles.read(below: 1, root: processes.root)
        // Threads come in any order.
        #expect(Set(found.prefix(2).map(\.name)) == ["of 20", "of 30"])
        #expect(found.dropFirst(2).map(\.name) == ["of 21"])
        #expect(found.allSatisfy { $0.size == Self.size })
        #expect(found.allSatisfy { $0.position == Int64($0.id.process) && $0.id.descriptor == 3 })
        #expect(Set(found.map(\.id.inode)).count == 3)
    }

    @Test func passesOverWhatIsNoFileThatIsRead() throws {
        let processes = try FakeProcesses()
        try processes.add(1, children: [[2]])
        try processes.add(2)
        let file = try processes.file("file", size: Self.size)
        try processes.open(file, as: 3, of: 2, flags: "0100001")
        try processes.open(file, as: 4, of: 2, flags: "0102002")
        try processes.open("/", as: 5, of: 2)
        try processes.open("/dev/zero", as: 6, of: 2)
        try processes.open("/proc/kcore", as: 7, of: 2)
        try processes.open("pipe:[123]", as: 8, of: 2)
        try processes.open(
            try processes.file("small", size: OpenFiles.smallestSize - 1), as: 9, of: 2)
        // Where it cannot be: the file was cut.
        try processes.open(file, as: 10, of: 2, at: Self.size + 1)
        #expect(names(processes) == [])
        try processes.open(
            try processes.file("large", size: OpenFiles.smallestSize), as: 11, of: 2)
        try processes.open(file, as: 12, of: 2, at: Self.size, flags: "0100002")
        #expect(Set(names(processes)) == ["large", "file"])
    }

    @Test func passesOverWhatIsGoneOrClosedToIt() throws {
        let processes = try FakeProcesses()
        #expect(names(processes) == [])
        try processes.add(1, children: [[2, 3, 4]])
        try processes.add(4)
        // 3 ends while it is looked at: it has files no more.
        try FileManager.default.createDirectory(
            atPath: "\(processes.root)/3/task/3", withIntermediateDirectories: true)
        let file = try processes.file("file", size: Self.size)
        try processes.open(file, as: 3, of: 4)
        // One that is closed in between has no information any more.
        try FileManager.default.createSymbolicLink(
            atPath: "\(processes.root)/4/fd/5", withDestinationPath: file)
        #expect(names(processes) == ["file"])
    }

    @Test func looksAtSoManyAndNoMore() throws {
        let processes = try FakeProcesses()
        try processes.add(1, children: [Array(2...15)])
        let file = try processes.file("file", size: Self.size)
        for process in 2...15 as ClosedRange<Int32> {
            try processes.add(process)
            for descriptor in 3..<1103 { try processes.open(file, as: descriptor, of: process) }
        }
        let found = OpenFiles.read(below: 1, root: processes.root)
        let counts = Dictionary(grouping: found, by: \.id.process).mapValues(\.count)
        #expect(counts[2] == 1000)
        #expect(found.count > 9000 && found.count < 10_000)
        #expect(counts[15] == nil)
    }

    /// In the real `/proc`, where the file has lost its name meanwhile.
    @Test func knowsWhereARealProcessIs() async throws {
        let fixture = try AttemptFixture()
        let file = "\(fixture.root)/a file"
        _ = FileManager.default.createFile(atPath: file, contents: nil)
        truncate(file, off_t(Self.size))
        let gate = fixture.makeGate("gate")
        try fixture.launch(
            script: """
                exec 3<'\(file)' 4>>'\(file)' 5<'\(gate.path)' 6</proc/self/maps
                rm '\(file)'
                (dd bs=1048576 count=3 <&3 2>&1 >/dev/null; echo there; read x <&5)
                :
                """)
        #expect(await fixture.untilOutput("there"))
        let found = OpenFiles.read(below: fixture.supervisor)
        #expect(Set(found.map(\.name)) == ["a file"])
        #expect(Set(found.map(\.position)) == [3 << 20])
        #expect(Set(found.map(\.id.descriptor)) == [3])
        #expect(Set(found.map(\.id.process)).count == 2)
        gate.open()
        #expect(try await fixture.end()?.exitCode == 0)
        #expect(OpenFiles.read(below: fixture.supervisor) == [])
    }
}
