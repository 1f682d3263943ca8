import Glibc
package import JobModel
import NIOCore
import NIOSSL
import Synchronization

/// The certificate that connections are encrypted with, read again when it has
/// been renewed: new connections get the new one, those that are open go on.
package final class Certificates: Sendable {
    /// Why a certificate or a key cannot be used, in words that say what to do.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private let certificate: String
    private let key: String
    private let current: Mutex<Loaded>

    private struct Loaded {
        let context: NIOSSLContext
        let expiry: Timestamp
    }

    /// - Parameters:
    ///   - certificate: a PEM file: the certificate, and those between it and one
    ///     that clients know.
    ///   - key: a PEM file with its private key.
    package init(certificate: String, key: String) throws(Failure) {
        self.certificate = certificate
        self.key = key
        current = Mutex(try Self.load(certificate, key))
    }

    /// Reads the files again.
    ///
    /// - Throws: `Failure`; the former certificate stays in use.
    package func reload() throws(Failure) {
        let loaded = try Self.load(certificate, key)
        current.withLock { $0 = loaded }
    }

    /// When the certificate expires, or did.
    package var expiry: Timestamp { current.withLock { $0.expiry } }

    /// For a connection that begins now.
    var context: NIOSSLContext { current.withLock { $0.context } }

    private static func load(_ certificate: String, _ key: String) throws(Failure) -> Loaded {
        try checkMode(of: key)
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(certificate)
        } catch {
            throw Failure(
                description: "The certificate \(certificate) cannot be read: \(words(error)).")
        }
        guard let leaf = chain.first else {
            throw Failure(description: "There is no certificate in \(certificate).")
        }
        let privateKey: NIOSSLPrivateKey
        do {
            privateKey = try NIOSSLPrivateKey(file: key, format: .pem)
        } catch {
            throw Failure(
                description: "The key \(key) cannot be read: \(words(error)). It must be a PEM "
                    + "file without a passphrase.")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey))
        // RFC 9325 §3.1.1: nothing older.
        configuration.minimumTLSVersion = .tlsv12
        // RFC 9325 §4.2: of version 1.2 only forward secrecy and AEAD. Version 1.3
        // has nothing else.
        configuration.cipherSuiteValues = [
            .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
            .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
            .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        ]
        configuration.applicationProtocols = ["h2", "http/1.1"]
        do {
            return Loaded(
                context: try NIOSSLContext(configuration: configuration),
                expiry: Timestamp(microseconds: Int64(leaf.notValidAfter) * 1_000_000))
        } catch {
            throw Failure(
                description: "The key \(key) does not fit the certificate \(certificate): "
                    + "\(words(error)).")
        }
    }

    /// A key that every user of the machine can read is no secret.
    private static func checkMode(of key: String) throws(Failure) {
        var status = stat()
        guard stat(key, &status) == 0 else {
            throw Failure(
                description: "The key \(key) cannot be read: \(String(cString: strerror(errno))).")
        }
        guard status.st_mode & (S_IRWXO) == 0 else {
            throw Failure(
                description: "The key \(key) can be read by every user of this machine. "
                    + "chmod o= \(key), and have it replaced if others may have seen it.")
        }
    }

    private static func words(_ error: any Error) -> String {
        if let error = error as? IOError { return String(cString: strerror(error.errnoCode)) }
        return "\(error)"
    }
}
