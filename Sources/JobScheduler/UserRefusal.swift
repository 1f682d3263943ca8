/// Why a job cannot run as a user, as the end of a sentence.
package struct UserRefusal: Error, Hashable, CustomStringConvertible {
    package var message: String
    /// Whether nobody could be asked, and asking again may help.
    package var isPassing: Bool

    package var description: String { message }

    package init(message: String, isPassing: Bool = false) {
        self.message = message
        self.isPassing = isPassing
    }
}
