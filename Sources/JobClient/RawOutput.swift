import AsyncHTTPClient
import NIOCore

/// The bytes that a job has written, as one download. Iterating throws
/// `ClientError` when the connection is lost, and `CancellationError`.
public struct RawOutput: AsyncSequence, Sendable {
    /// A part of the bytes.
    public typealias Element = [UInt8]

    private let client: Client
    private let body: HTTPClientResponse.Body

    init(client: Client, body: HTTPClientResponse.Body) {
        self.client = client
        self.body = body
    }

    /// The iterator; there can be only one.
    public func makeAsyncIterator() -> Iterator {
        Iterator(client: client, body: body.makeAsyncIterator())
    }

    /// Iterates over a download.
    public struct Iterator: AsyncIteratorProtocol {
        private let client: Client
        private var body: HTTPClientResponse.Body.AsyncIterator

        init(client: Client, body: HTTPClientResponse.Body.AsyncIterator) {
            self.client = client
            self.body = body
        }

        /// The next part; nil after the last.
        public mutating func next() async throws -> [UInt8]? {
            do {
                return try await body.next(isolation: #isolation).map { Array(buffer: $0) }
            } catch {
                throw try client.translate(error)
            }
        }
    }
}
