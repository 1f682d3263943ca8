/// Why a job cannot run as a user, as the end of a sentence.
package struct UserRefusal: Error, Hashable, CustomStringConvertible {
    package var message: String

    package var description: String { message }

    package init(message: String) {
        self.message = message
    }
}
