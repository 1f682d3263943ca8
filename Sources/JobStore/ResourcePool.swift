import JobModel

/// What a queue has left of its resources while a claim gives them out.
///
/// A job that does not get what it needs keeps all of those resources from the
/// jobs behind it, so that it is not passed for ever by jobs that need less. Jobs
/// that need none of them go on.
struct ResourcePool {
    private var counts: [String: Int64] = [:]
    private var names: [String: [String]] = [:]
    private var held: Set<String> = []

    /// - Parameter inUse: what the running jobs were given; it may be more than
    ///   there is, when there has been more.
    init(_ resources: [String: Resource], inUse: [[String: Grant]]) {
        for (name, resource) in resources {
            switch resource {
            case .count(let count): counts[name] = count
            case .names(let all): names[name] = all
            }
        }
        var unnamed: [String: Int64] = [:]
        for (name, grant) in inUse.joined() {
            switch grant {
            case .amount(let amount):
                counts[name]? -= amount
                unnamed[name, default: 0] += amount
            case .names(let taken):
                counts[name]? -= Int64(taken.count)
                names[name]?.removeAll { taken.contains($0) }
            }
        }
        // Given when it was a number: nobody knows which of the names those are.
        for (name, amount) in unnamed {
            guard let left = names[name] else { continue }
            names[name] = Array(left.dropFirst(Int(clamping: amount)))
        }
    }

    /// Takes what a job needs, or holds it for that job.
    ///
    /// - Returns: what it is given; nil when it has to wait.
    mutating func take(_ needs: [String: Int64]) -> [String: Grant]? {
        guard held.isDisjoint(with: needs.keys), needs.allSatisfy(has) else {
            held.formUnion(needs.keys)
            return nil
        }
        var grants: [String: Grant] = [:]
        for (name, amount) in needs {
            if let left = names[name] {
                grants[name] = .names(Array(left.prefix(Int(amount))))
                names[name] = Array(left.dropFirst(Int(amount)))
            } else {
                grants[name] = .amount(amount)
                counts[name, default: 0] -= amount
            }
        }
        return grants
    }

    private func has(_ name: String, _ amount: Int64) -> Bool {
        if let left = names[name] { return Int64(left.count) >= amount }
        return counts[name, default: 0] >= amount
    }
}
