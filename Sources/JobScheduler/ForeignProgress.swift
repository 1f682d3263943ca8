// Where this target finds `stat`, by the ways of Clang's modules.
import CDispatch
import Foundation
import Glibc
import JobModel
import JobRunner

/// Where progress is told by who runs as somebody else, and so may not get into the
/// state directory: outside of it, in a folder with the number that the file system has
/// given that, since there may be several. Beside it a link names the state directory, so
/// that what is left of one that is gone can be removed.
enum ForeignProgress {
    private static let root = "/run/jobd-progress"
    private static let linkEnd = ".state"

    /// The pipe of an attempt; empty when there is no state directory.
    static func path(of attempt: AttemptID, in state: StateDirectory) -> String {
        guard let folder = name(of: state.path) else { return "" }
        return "\(root)/\(folder)/\(attempt.job)-\(attempt.number)"
    }

    /// Says which state directory the folder belongs to, once it is there.
    static func note(_ state: StateDirectory) {
        guard let folder = name(of: state.path) else { return }
        // It is there already, most often; without it only less can be tidied up.
        symlink(state.path, "\(root)/\(folder)\(linkEnd)")
    }

    /// Removes the folders of state directories that are gone.
    static func removeStale() {
        // A machine on which no job ran as another user has no such folder.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        for link in names where link.hasSuffix(linkEnd) {
            let folder = String(link.dropLast(linkEnd.count))
            let path = "\(root)/\(link)"
            guard
                // What is no link is not ours.
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path),
                name(of: target) != folder
            else { continue }
            do throws(FileRemoval.Failure) {
                try FileRemoval.remove("\(root)/\(folder)")
                unlink(path)
            } catch {
                // The next start tries it again.
            }
        }
    }

    /// Nil when there is no such directory.
    private static func name(of state: String) -> String? {
        var status = stat()
        guard stat(state, &status) == 0 else { return nil }
        return "\(status.st_dev)-\(status.st_ino)"
    }
}
