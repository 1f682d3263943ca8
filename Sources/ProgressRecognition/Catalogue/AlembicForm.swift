import JobModel

/// Alembic, with the logging its templates set up:
///
///     INFO  [alembic.runtime.migration] Running upgrade 1a72d58419cb -> f350a924d847, add title
///
/// From alembic/runtime/migration.py. The line is printed when a migration
/// begins, so that one fewer is done; how many there will be is not printed.
struct AlembicForm: LineForm {
    static let source = ProgressSource(rawValue: "alembic")

    let triggers = LineTriggers(prefixes: ["info  [alembic.runtime.migration]"])

    private var begun = 0.0

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        guard line.isWhole, cursor.take(exactly: "INFO  [alembic.runtime.migration] ") else {
            return nil
        }
        if cursor.isNext("Context impl ") {
            begun = 0
            return nil
        }
        guard
            cursor.take(exactly: "Running upgrade ") || cursor.take(exactly: "Running downgrade "),
            cursor.skip(past: "-> ")
        else { return nil }
        // The revision, and behind a comma what it is.
        _ = cursor.skip(past: ", ")
        begun += 1
        return .progress(
            Progress(
                done: begun - 1, unit: "migrations", message: MessageText.text(cursor.rest),
                source: Self.source))
    }
}
