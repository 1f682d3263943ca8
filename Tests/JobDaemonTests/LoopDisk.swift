import Foundation
import Glibc
import JobTestSupport

/// A file system in a file, for tests that need one of their own.
enum LoopDisk {
    /// Whether there is a loop device to lend, found out by using one.
    static let isPossible: Bool = {
        guard getuid() == 0 else { return false }
        let path = "\(NSTemporaryDirectory())/jobd-mount-\(UUID().uuidString)"
        let script = """
            mkdir "$0" && dd if=/dev/zero of="$0/disk" bs=1M count=4 && mkfs.ext4 -q -F "$0/disk" \
                && mkdir "$0/on" && mount -o loop "$0/disk" "$0/on" && umount "$0/on"
            status=$?; rm -rf "$0"; exit $status
            """
        // A machine without these programs cannot do it either.
        return (try? ChildProcess("/bin/sh", ["-c", script, path]).wait()) == 0
    }()
}
