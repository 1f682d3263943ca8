import JobModel

/// ctest, also with `-j` and with `--progress`:
///
///         Start  3: part3
///      3/10 Test  #3: part3 ............................   Passed    0.21 sec
///      4/10 Test  #4: part4 ............................***Failed    0.20 sec
///     4/10 Test #5: part5
///
/// From cmCTestRunTest.cxx: the first number is how many tests have ended. The
/// last line is drawn by `--progress` when the fifth begins.
struct CtestForm: LineForm {
    static let source = ProgressSource(rawValue: "ctest")

    let triggers = LineTriggers(first: "0123456789", afterDigits: "/", prefixes: ["start "])

    private var isRunning = false
    /// The test that began last.
    private var started: String?

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        guard Byte.isDigit(cursor.next) else { return start(&cursor) }
        guard let done = cursor.takeWhole(), cursor.take("/"), let total = cursor.takeWhole(),
            cursor.take(exactly: " Test ")
        else { return nil }
        cursor.takeBlanks()
        guard cursor.take("#"), cursor.takeWhole() != nil, cursor.take(exactly: ": ") else {
            return nil
        }
        isRunning = true
        if cursor.place(of: "..") == nil { started = MessageText.text(cursor.rest) }
        return .progress(
            Progress(
                done: done.value, total: total.value, unit: "tests", message: started,
                source: Self.source))
    }

    /// `Start 3: part3`, which is believed to be ctest's only after a test has
    /// ended.
    private mutating func start(_ cursor: inout ByteCursor) -> Finding? {
        guard cursor.position >= 4, cursor.take(exactly: "Start ") else { return nil }
        cursor.takeBlanks()
        guard cursor.takeWhole() != nil, cursor.take(exactly: ": ") else { return nil }
        started = MessageText.text(cursor.rest)
        return isRunning ? .progress(Progress(message: started, source: Self.source)) : nil
    }
}
