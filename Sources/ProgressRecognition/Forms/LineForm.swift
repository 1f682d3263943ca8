import JobModel

/// One way of printing progress: a tool's, a family of tools', or a general
/// one. A form may remember earlier lines (a header, a total, the phase).
///
/// `read(_:)` must depend on nothing but the lines it was given, in order:
/// after a restart of the daemon the same lines are read again.
protocol LineForm: Sendable {
    /// Which lines `read(_:)` is to be shown. Any others it never sees, and
    /// they cost nothing.
    var triggers: LineTriggers { get }

    /// Whether `isAttentive` is ever true.
    static var mayBeAttentive: Bool { get }

    /// Whether the form is now shown every line, whatever its triggers: while
    /// it expects one by which nothing tells it, such as the name of a file.
    var isAttentive: Bool { get }

    /// What `line` tells; nil when it is not this form's, so that the forms
    /// after it are shown it.
    mutating func read(_ line: Line) -> Finding?
}

extension LineForm {
    static var mayBeAttentive: Bool { false }
    var isAttentive: Bool { false }
}

/// By what a line is chosen for a form, before anything in it is parsed: any
/// one of these is enough.
struct LineTriggers: Sendable {
    /// The line's first byte that is not a blank is one of these. A line that
    /// begins with a date, a time of day, an address or a version (`1.2.3`)
    /// begins with none of the digits.
    var first: StaticString = ""
    /// Of lines that begin with digits, only those on which one of these
    /// follows them; a newline stands for the line's end. Empty: any.
    var afterDigits: StaticString = ""
    /// The line begins with `[` or `(` and a digit or a blank after it.
    var isBracketed = false
    /// The line begins with `{` and has a `"` somewhere with the first two
    /// letters of one of these after it.
    var names: [StaticString] = []
    /// The line begins, after blanks, with the first four bytes of one of
    /// these, in any mixture of cases. None may be shorter than three.
    var prefixes: [StaticString] = []
    /// The line's last byte that is not a blank is one of these.
    var last: StaticString = ""
    /// The line is a frame drawn over an earlier one: see `Line.isRedrawn`.
    var isRedrawn = false
    /// A `%` is in the line, after a digit or a blank.
    var percent = false
}
