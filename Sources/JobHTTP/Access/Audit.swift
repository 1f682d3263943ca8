import Hummingbird
import JobModel
import Logging
import NIOCore

/// Who did what, for the log: a line for each write, when it is done. What was
/// written is not in it, for it may be secret.
extension JobRequestContext {
    /// Says that `principal` has done something.
    ///
    /// - Parameter subject: what it was done to.
    func audit(
        _ deed: String, by principal: Principal, _ subject: [String: String] = [:]
    ) {
        var metadata = subject.mapValues(Logger.MetadataValue.string)
        metadata["by"] = "\(principal.identity.rawValue)"
        metadata["from"] = "\(clientAddress)"
        logger.info("\(deed)", metadata: metadata)
    }

    /// Says that `principal` has submitted jobs. Their ids are in a row.
    func audit(submissionOf jobs: [Job], by principal: Principal) {
        guard let first = jobs.first, let last = jobs.last else { return }
        if jobs.count == 1 {
            var subject = ["job": "\(first.id)"]
            subject["name"] = first.spec.name
            subject["definition"] = first.spec.definition?.name
            return audit("Job submitted", by: principal, subject)
        }
        let names = Set(jobs.compactMap { $0.spec.definition?.name }).sorted()
        var subject = ["jobs": "\(first.id)-\(last.id)"]
        if !names.isEmpty { subject["definitions"] = names.joined(separator: ",") }
        audit("Jobs submitted", by: principal, subject)
    }

    /// The address that the request came from: an IP address, or what its connection's
    /// end is called.
    var clientAddress: String {
        origin.address?.description ?? peer.description
    }
}
