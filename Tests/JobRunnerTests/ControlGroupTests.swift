import CLinux
import Foundation
import Glibc
import JobModel
import Journal
import Testing

@testable import JobRunner

/// Groups for what is limited.
@Suite(.timeLimit(.minutes(2))) struct ControlGroupTests {
    // MARK: Finding

    private static let unified = """
        29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate

        """
    private static let hybrid = """
        30 23 0:26 / /sys/fs/cgroup ro - tmpfs tmpfs ro,mode=755
        31 30 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
        32 30 0:28 / /sys/fs/cgroup/memory rw shared:1 master:2 - cgroup cgroup rw,memory

        """

    @Test(arguments: [
        ("0::/system.slice/jobd.service\n", unified, "/sys/fs/cgroup/system.slice/jobd.service"),
        ("9:memory:/x\n0::/a/b\n", hybrid, "/sys/fs/cgroup/unified/a/b"),
        ("0::/\n", unified, "/sys/fs/cgroup"),
        // A container that is shown its own part only.
        ("0::/docker/1\n", "1 2 0:3 /docker/1 /a\\040b rw - cgroup2 x rw\n", "/a b"),
        ("0::/docker/1/c\n", "1 2 0:3 /docker/1 /a rw - cgroup2 x rw\n", "/a/c"),
        ("0::/docker/12\n", "1 2 0:3 /docker/1 /a rw - cgroup2 x rw\n", nil),
        ("9:memory:/x\n", unified, nil),
        ("0::/a\n", "1 2 0:3 / /sys/fs/cgroup rw - cgroup cgroup rw,memory\n", nil),
        ("", "", nil),
    ])
    func whereAProcessIs(membership: String, mounts: String, expected: String?) {
        #expect(
            ControlGroupPlace(membership: membership, mounts: mounts)?.directory == expected)
    }

    // MARK: Limits

    @Test func onlyWhatIsThereIsLimited() {
        let limits = ResourceLimits(memoryBytes: 1000, processes: 5)
        let all = ControlGroups(base: "/x", controllers: ["memory", "pids"])
        #expect(
            all.settings(for: limits).map { "\($0.file)=\($0.value)" }
                == ["memory.max=1000", "memory.swap.max=0", "memory.oom.group=1", "pids.max=5"])
        #expect(all.settings(for: ResourceLimits(cpuSeconds: 5, nice: 3)).isEmpty)
        let some = ControlGroups(base: "/x", controllers: ["pids"])
        #expect(some.settings(for: limits).map(\.file) == ["pids.max"])
        #expect(
            all.directory(of: AttemptID(job: JobID(rawValue: 42), number: 3)) == "/x/job-42-3")
    }

    @Test func aGroupWhoseLimitsCannotBeSetIsNotLeft() throws {
        let attempt = try AttemptFixture()
        // No kernel makes files in this directory.
        let groups = ControlGroups(base: attempt.root, controllers: ["memory"])
        let id = AttemptID(job: JobID(rawValue: 1), number: 1)
        let error = try #require(throws: LaunchError.self) {
            try groups.make(for: id, ResourceLimits(memoryBytes: 1000))
        }
        #expect(error.path.hasSuffix("job-1-1/memory.max") && error.code == ENOENT)
        #expect(access("\(attempt.root)/job-1-1", F_OK) == -1)
        #expect(try groups.make(for: id, ResourceLimits(nice: 3))?.directory == nil)
    }

    /// RLIMIT_NPROC counts the processes of other jobs too.
    @Test func onlyOneOfTheTwoCountsProcesses() throws {
        let limits = ResourceLimits(memoryBytes: 1000, openFiles: 7, processes: 5)
        for (controller, left) in [("pids", nil), ("memory", 5)] as [(String, Int64?)] {
            let group = ControlGroups(base: "/x", controllers: [controller]).group(
                of: AttemptID(job: JobID(rawValue: 1), number: 1), limits)
            #expect(group.directory == "/x/job-1-1")
            #expect(group.limitsBeside.processes == left)
            #expect(group.limitsBeside.memoryBytes == 1000 && group.limitsBeside.openFiles == 7)
        }
    }

    @Test func whatIsNoGroupIsNotTaken() throws {
        let attempt = try AttemptFixture()
        #expect(throws: ControlGroupRefusal.self) { try ControlGroups.take(attempt.root) }
        // One without anything that is of use.
        for name in ["cgroup.type", "cgroup.controllers"] {
            try Data("hugetlb\n".utf8).write(to: URL(filePath: "\(attempt.root)/\(name)"))
        }
        #expect(throws: ControlGroupRefusal.self) { try ControlGroups.take(attempt.root) }
        // One that cannot be entered, as it is no real one.
        try Data("memory pids\n".utf8).write(
            to: URL(filePath: "\(attempt.root)/cgroup.controllers"))
        #expect(throws: ControlGroupRefusal.self) { try ControlGroups.take(attempt.root) }
        #expect(access("\(attempt.root)/daemon", F_OK) == -1)
    }

    @Test func onlyEmptyGroupsAreRemoved() throws {
        let attempt = try AttemptFixture()
        for name in ["job-1-1", "job-2-1/full", "daemon"] {
            try FileManager.default.createDirectory(
                atPath: "\(attempt.root)/\(name)", withIntermediateDirectories: true)
        }
        ControlGroups(base: attempt.root, controllers: []).removeEmpty()
        let left = try FileManager.default.contentsOfDirectory(atPath: attempt.root)
        #expect(Set(left).isSuperset(of: ["job-2-1", "daemon"]) && !left.contains("job-1-1"))
    }

    // MARK: The real thing

    /// A group that tests may make others in; nil where there is none.
    private static let real: String? = {
        guard geteuid() == 0,
            let membership = try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8),
            let mounts = try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8),
            let place = ControlGroupPlace(membership: membership, mounts: mounts),
            access("\(place.directory)/cgroup.procs", W_OK) == 0
        else { return nil }
        return place.directory
    }()

    @Test(.enabled(if: real != nil)) func theCommandIsInItsGroupUntilItEnds() async throws {
        let attempt = try AttemptFixture()
        let group = "\(Self.real ?? "")/jobd-test-\(UUID().uuidString)"
        #expect(mkdir(group, 0o755) == 0)
        try attempt.launch(script: "cat /proc/self/cgroup; sleep 3600 & echo up; wait") {
            $0.controlGroup = group
        }
        #expect(await attempt.untilOutput("up"))
        let name = group.split(separator: "/").last ?? ""
        #expect(try attempt.output().contains("/\(name)\n"))
        let own = try String(contentsOfFile: "/proc/\(attempt.supervisor)/cgroup", encoding: .utf8)
        #expect(!own.contains(name))
        _ = try AttemptControl.cancel(
            attempt.directory, signal: SIGTERM, graceMicroseconds: 60_000_000)
        let exit = try await attempt.end()
        #expect(exit?.cause == .cancelled && exit?.isOutOfMemory == false)
        #expect(access(group, F_OK) == -1)
    }

    @Test func thatMemoryWasShortIsRecorded() async throws {
        let attempt = try AttemptFixture()
        // What the kernel would have in the group.
        for (name, text) in [("cgroup.procs", ""), ("memory.events", "max 9\noom_kill 1\n")] {
            try Data(text.utf8).write(to: URL(filePath: "\(attempt.root)/\(name)"))
        }
        let exit = try await attempt.run(script: "kill -9 $$") { $0.controlGroup = attempt.root }
        #expect(exit?.signal == SIGKILL && exit?.isOutOfMemory == true)
        let entered = try String(contentsOfFile: "\(attempt.root)/cgroup.procs", encoding: .utf8)
        #expect(entered == "0")
    }

    @Test func aGroupThatIsNotThereIsAnError() async throws {
        let attempt = try AttemptFixture()
        let exit = try await attempt.run(["true"]) { $0.controlGroup = "/nonexistent" }
        #expect(exit?.cause == .unstartable && exit?.stage == .controlGroup)
        #expect(exit?.errorNumber == ENOENT)
    }

    @Test func aCountIsReadFromItsLine() throws {
        let attempt = try AttemptFixture()
        let text = "low 0\nhigh 0\nmax 17\noom 3\noom_kill 2\noom_group_kill 1\n"
        try Data(text.utf8).write(to: URL(filePath: "\(attempt.root)/memory.events"))
        func count(_ word: String) -> Int64 {
            linux_control_group_count(attempt.root, "memory.events", word)
        }
        #expect(count("oom_kill") == 2 && count("max") == 17 && count("oom") == 3)
        #expect(count("nothing") == 0)
        #expect(linux_control_group_count(attempt.root, "other", "max") == -Int64(ENOENT))
    }
}
