import JobModel

/// What a form makes of a line that is its own.
enum Finding {
    /// How far it is. The values need not be checked or cleaned: `LineReader`
    /// does that, and works out the fraction from `done` and `total`, and rate
    /// and time left where the form gives none. With a message and no numbers,
    /// the message alone changes.
    case progress(Progress)
    /// Something has begun of which it is not known how far it is: the numbers
    /// of what was before hold no longer.
    case phase(String?, ProgressSource)
    /// Nothing; nor is any other form to take it for something.
    case nothing
}
