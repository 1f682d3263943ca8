import JobModel

/// Django's `manage.py migrate`:
///
///     Running migrations:
///       Applying contenttypes.0001_initial... OK
///       Unapplying auth.0002_alter_permission... OK
///
/// From django/core/management/commands/migrate.py. How many there will be is
/// not printed, so only those that were applied are counted.
struct DjangoForm: LineForm {
    static let source = ProgressSource(rawValue: "django")

    let triggers = LineTriggers(prefixes: ["running migrations:", "applying ", "unapplying "])

    /// How many were applied; nil outside of migrations.
    private var done: Double?

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        if cursor.take(exactly: "Running migrations:") {
            if cursor.isAtEnd { done = 0 }
            return nil
        }
        guard let done, line.isWhole, line.indent == 2,
            cursor.take(exactly: "Applying ") || cursor.take(exactly: "Unapplying ")
        else { return nil }
        let start = cursor.position
        guard let end = cursor.place(of: "... ") else { return nil }
        cursor.position = end
        let name = cursor.taken(since: start)
        cursor.position += 4
        guard name.contains(Byte.of(".")), cursor.isNext("OK") || cursor.isNext("FAKED") else {
            return nil
        }
        self.done = done + 1
        return .progress(
            Progress(
                done: done + 1, unit: "migrations", message: MessageText.text(name),
                source: Self.source))
    }
}
