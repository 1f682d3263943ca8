import GRDB
import GRDBSQLite
import Synchronization

/// What a connection's statements are and what they cost, as SQLite itself counts
/// it (sqlite.org/c3ref/trace_v2.html, c3ref/stmt_status.html).
final class StatementTrace: Sendable {
    /// What statements have cost together.
    struct Cost: Equatable {
        /// Steps of SQLite's virtual machine, triggers and cascades included.
        var steps = 0
        /// Rows that were passed in a scan.
        var scanned = 0
        /// How often something was sorted.
        var sorts = 0
    }

    private struct State {
        var statements: Set<String> = []
        var cost = Cost()
    }

    private let state = Mutex(State())

    /// Looks at every statement that ends on this connection from now on. The trace
    /// is kept, since nobody says when the connection is gone.
    func install(_ database: Database) {
        // What the cached ones have cost until now.
        var statement = sqlite3_next_stmt(database.sqliteConnection, nil)
        while let cached = statement {
            add(cached)
            statement = sqlite3_next_stmt(database.sqliteConnection, cached)
        }
        _ = takeCost()
        _ = takeStatements()
        sqlite3_trace_v2(
            database.sqliteConnection, UInt32(SQLITE_TRACE_PROFILE),
            { _, context, statement, _ in
                guard let context, let statement else { return 0 }
                Unmanaged<StatementTrace>.fromOpaque(context).takeUnretainedValue()
                    .add(OpaquePointer(statement))
                return 0
            }, Unmanaged.passRetained(self).toOpaque())
    }

    /// What was run since the last call, each statement once.
    func takeStatements() -> [String] {
        state.withLock { state in
            defer { state.statements = [] }
            return state.statements.sorted()
        }
    }

    /// What it has cost since the last call.
    func takeCost() -> Cost {
        state.withLock { state in
            defer { state.cost = Cost() }
            return state.cost
        }
    }

    private func add(_ statement: OpaquePointer) {
        func count(_ counter: Int32) -> Int { Int(sqlite3_stmt_status(statement, counter, 1)) }
        state.withLock { state in
            state.cost.steps += count(SQLITE_STMTSTATUS_VM_STEP)
            state.cost.scanned += count(SQLITE_STMTSTATUS_FULLSCAN_STEP)
            state.cost.sorts += count(SQLITE_STMTSTATUS_SORT)
            if let sql = sqlite3_sql(statement) { state.statements.insert(String(cString: sql)) }
        }
    }
}

extension StatementTrace {
    /// How SQLite would run a statement, a line for each step (sqlite.org/eqp.html).
    static func plan(of sql: String, _ database: Database) throws -> [String] {
        var statement: OpaquePointer?
        let result = sqlite3_prepare_v2(
            database.sqliteConnection, "EXPLAIN QUERY PLAN " + sql, -1, &statement, nil)
        defer { sqlite3_finalize(statement) }
        guard result == SQLITE_OK else {
            throw DatabaseError(resultCode: ResultCode(rawValue: result), sql: sql)
        }
        var lines: [String] = []
        while sqlite3_step(statement) == SQLITE_ROW {
            if let line = sqlite3_column_text(statement, 3) { lines.append(String(cString: line)) }
        }
        return lines
    }
}
