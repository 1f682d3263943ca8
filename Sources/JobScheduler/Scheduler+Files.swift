import Foundation
package import JobModel
import JobRunner
import JobStore
import Logging

/// A job's files beside its attempts': its input.
extension Scheduler {
    /// Adds to the input of a job that gets it a piece at a time.
    ///
    /// - Parameters:
    ///   - offset: the place of the first byte; what is there already is passed
    ///     over, so that a request that is repeated does no harm. Nil: the end.
    ///   - isEnd: whether that is all.
    /// - Returns: how many bytes the input has then.
    /// - Throws: `job_not_found`; `conflict` when the job takes no input, or some
    ///   would be missing before this; `storage_full`.
    package func addInput(
        _ bytes: [UInt8], to id: JobID, at offset: Int64?, isEnd: Bool, by actor: Identity
    ) async throws -> Int64 {
        // One after the other: what comes after the end must not get in before it.
        let previous = inputTurns[id]
        let turn = Task {
            _ = await previous?.result
            return try await appendInput(bytes, to: id, at: offset, isEnd: isEnd, by: actor)
        }
        inputTurns[id] = turn
        defer { if inputTurns[id] == turn { inputTurns[id] = nil } }
        return try await turn.value
    }

    private func appendInput(
        _ bytes: [UInt8], to id: JobID, at offset: Int64?, isEnd: Bool, by actor: Identity
    ) async throws -> Int64 {
        guard let job = try await store.job(id) else {
            throw JobError(.jobNotFound, "There is no job \(id).")
        }
        if job.spec.stdin != nil {
            throw JobError(
                .conflict,
                "Job \(id) was given its input when it was submitted. Leave 'stdin' out of the "
                    + "job to send it later.")
        }
        let isEnded = try await store.isInputEnded(of: id)
        let file = InputFile(path: directory.input(id))
        let size = try file.size()
        let start = offset ?? size
        if start > size {
            throw JobError(
                .conflict,
                "The input of job \(id) has \(size) bytes: send those from there on first.")
        }
        let new = bytes.dropFirst(Int(min(size - start, Int64(bytes.count))))
        // All of it is there: the request was made before, and its answer got lost.
        if offset != nil, new.isEmpty, isEnded || (!isEnd && !bytes.isEmpty) { return size }
        if job.state.isFinished {
            throw JobError(.conflict, "Job \(id) has finished.")
        }
        if isEnded, !new.isEmpty {
            throw JobError(.conflict, "The input of job \(id) was closed.")
        }
        // The file is there before the row says that it is complete, and a launch
        // looks for the file: whoever comes second finds what the other has done.
        if size == 0, !new.isEmpty, !isEnd { try await store.beginInput(of: id, by: actor) }
        try file.append(new, at: size)
        if isEnd, !isEnded { try await store.endInput(of: id, by: actor) }
        for attempt in followers.keys where attempt.job == id { offerInput(attempt) }
        return size + Int64(new.count)
    }

    /// Tells a supervisor what there is of the job's input.
    func offerInput(_ attempt: AttemptID) {
        guard let follower = followers[attempt], follower.spec.stdin == nil else { return }
        let file = InputFile(path: directory.input(attempt.job))
        Task {
            do {
                guard try file.exists() else { return }
                let isEnded = try await store.isInputEnded(of: attempt.job)
                _ = try AttemptControl.input(
                    follower.directory, size: UInt64(try file.size()), isEnd: isEnded)
                troubles.isOver(Self.passing, with: attempt.job)
            } catch {
                troubles.failed(Self.passing, error, with: attempt.job)
                later(milliseconds: 1000) { $0.offerInput(attempt) }
            }
        }
    }

    private static let passing = "Cannot pass on input"
}
