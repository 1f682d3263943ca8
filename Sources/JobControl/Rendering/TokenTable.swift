import JobAPI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Access tokens as a table.
enum TokenTable {
    /// What is left of a token's time when somebody should look after it.
    static let soonSeconds = 7 * 86_400.0

    /// A row for each token.
    static func table(_ tokens: [TokenResource], now: Date) -> Table {
        var table = Table([
            Table.Column(title: "TOKEN"), Table.Column(title: "ROLE"),
            Table.Column(title: "DEFINITIONS", isFlexible: true),
            Table.Column(title: "CREATED"), Table.Column(title: "EXPIRES"),
            Table.Column(title: "LAST USED"),
        ])
        for token in tokens {
            table.append([
                Table.Cell(DisplayText.clean(token.name)),
                Table.Cell(DisplayText.clean(token.role.rawValue)),
                Table.Cell(
                    token.definitions.map { DisplayText.clean($0.joined(separator: ", ")) }
                        ?? "any"),
                Table.Cell(ago(token.createdAt, now)),
                expiry(token.expiresAt, now),
                Table.Cell(token.lastUsedAt.map { day($0, now) } ?? "never"),
            ])
        }
        return table
    }

    private static func ago(_ time: Date, _ now: Date) -> String {
        "\(Quantity.duration(now.timeIntervalSince(time))) ago"
    }

    /// The daemon notes the day only (in UTC), so no more is to be told.
    private static func day(_ time: Date, _ now: Date) -> String {
        let days = [now, time].map { ($0.timeIntervalSince1970 / 86_400).rounded(.down) }
        return switch Int(days[0] - days[1]) {
        case ...0: "today"
        case 1: "yesterday"
        case let count: "\(count) days ago"
        }
    }

    private static func expiry(_ time: Date?, _ now: Date) -> Table.Cell {
        guard let time else { return Table.Cell("never") }
        let rest = time.timeIntervalSince(now)
        if rest <= 0 { return Table.Cell("\(Quantity.duration(-rest)) ago", .red) }
        return Table.Cell("in \(Quantity.duration(rest))", rest < soonSeconds ? .red : nil)
    }
}
