/// Something that a queue has a limited number of, beside slots.
package enum Resource: Hashable, Sendable {
    /// So many of a kind.
    case count(Int64)
    /// These, each of which one job has at a time.
    case names([String])

    /// How many there are.
    package var total: Int64 {
        switch self {
        case .count(let count): count
        case .names(let names): Int64(names.count)
        }
    }
}

/// What an attempt was given of a resource.
package enum Grant: Hashable, Sendable {
    /// So many.
    case amount(Int64)
    /// These.
    case names([String])
}
