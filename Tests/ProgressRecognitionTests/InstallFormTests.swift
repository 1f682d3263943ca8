import JobModel
import ProgressRecognition
import Testing

/// What the recordings of apt, docker and buildah do not show.
@Suite struct InstallFormTests {
    // MARK: apt

    @Test func aptStatus() {
        let told = readings(of: [
            "pmstatus:libc6:amd64:12.5000:Unpacking libc6:amd64 (amd64)",
            "pmerror:/var/cache/apt/archives/a_1_all.deb:50.0000:trying to overwrite '/a'",
            "pmstatus:not:a:number:42", "dlstatus: 42%",
        ])
        #expect(told.map(\.fraction) == [0.125])
        #expect(told.first?.message == "Unpacking libc6:amd64 (amd64)")
    }

    /// Upgrades are unpacked over what there is; apt 3 has another summary.
    @Test(arguments: [
        "1 upgraded, 0 newly installed, 1 reinstalled, 2 to remove and 3 not upgraded.",
        "Upgrading: 1, Installing: 1, Removing: 2, Not Upgrading: 3",
    ])
    func aptSteps(summary: String) {
        let told = readings(of: [
            summary, "Removing a (1.0) ...", "Removing b (1.0) ...",
            "Unpacking libc6:amd64 (2.36-9) over (2.36-8) ...",
            "Processing triggers for libc-bin (2.36-9) ...",
            "Setting up libc6:amd64 (2.36-9) ...", "Unpacking the parcel (slowly) now",
        ])
        #expect(told.map(\.done) == [0, 1, 2, 3, 3])
        #expect(told.allSatisfy { $0.total == 6 })
        #expect(told.dropFirst(2).first?.message == "Unpacking libc6:amd64")
    }

    @Test func aptThree() {
        let told = readings(of: ["Progress: [ 62%] ██████████▎      ", "Progress: [100%]"])
        #expect(told.map(\.fraction) == [0.62, 1])
        #expect(told.allSatisfy { $0.source.rawValue == "apt" })
    }

    @Test func aptFetching() {
        let told = readings(of: [
            "\r20% [6 Sources 1234 kB/9000 kB 13%] [Waiting for headers]     1000 kB/s 1min 5s",
            "\r20% [6 Sources 1234 kB/9000 kB 13%] [Waiting for headers]     1000 kB/s 1h 5m 2s",
        ])
        #expect(told.last?.etaSeconds == 3902)
        #expect(told.last?.rate == 1_000_000)
        #expect(
            readings(of: ["\r42% [====>     ]", "42% [Working]"])
                .allSatisfy { $0.source.rawValue != "apt" })
    }

    // MARK: docker

    @Test func dockerStagesAtOnce() {
        let told = readings(of: [
            "#1 [internal] load build definition from Dockerfile",
            "#5 [linux/amd64 build 1/2] FROM docker.io/library/alpine@sha256:0123",
            "#6 [linux/arm64 build 1/2] FROM docker.io/library/alpine@sha256:0123",
            "#5 sha256:abcd 2.10MB / 3.37MB 0.2s", "#5 CACHED",
            "#7 [linux/amd64 build 2/2] RUN make", "#7 0.412 [ 42%] Building", "#6 DONE 0.1s",
            "#7 DONE 12.0s", "#9 exporting to image",
        ])
        #expect(told.map(\.done) == [0, 0, 1, 1, 2, 3, 3])
        #expect(told.map(\.total) == [2, 4, 4, 4, 4, 4, 4])
        #expect(told.last?.message == "exporting")
    }

    @Test func dockerDisplays() {
        let told = readings(of: [
            "[+] Building 0.1s (2/2)", "[+] Building 1m 3.4s (5/8)    docker:default",
            "[+] Running 2/3", "[+] Done", "# 1 [2/3] x", "#include <a.h>", "#1 the first",
        ])
        #expect(told.map(\.done) == [5, 2])
    }

    // MARK: buildah

    @Test func buildahIsCapital() {
        #expect(
            readings(of: ["step 2/4: COPY", "COMMIT", "commit 0123abcd"])
                .allSatisfy { $0.source.rawValue != "buildah" })
    }
}
