/// A socket that is bound and listens.
package struct ListeningSocket: Sendable {
    /// Its descriptor, which the server closes.
    package let descriptor: CInt
    /// Whether those who connect speak TLS.
    package let isSecure: Bool

    package init(descriptor: CInt, isSecure: Bool) {
        self.descriptor = descriptor
        self.isSecure = isSecure
    }
}
