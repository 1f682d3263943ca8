/// A regular file that a process has open, as it was when it was looked at.
package struct OpenFile: Hashable, Sendable {
    /// Names one opening of a file by one process.
    package struct ID: Hashable, Sendable {
        package var process: Int32
        package var descriptor: Int32
        package var device: UInt64
        package var inode: UInt64

        package init(process: Int32, descriptor: Int32, device: UInt64, inode: UInt64) {
            self.process = process
            self.descriptor = descriptor
            self.device = device
            self.inode = inode
        }
    }

    package var id: ID
    /// Without its directories.
    package var name: String
    /// Where the process reads or writes next, in bytes from the beginning.
    package var position: Int64
    /// In bytes.
    package var size: Int64

    package init(id: ID, name: String, position: Int64, size: Int64) {
        self.id = id
        self.name = name
        self.position = position
        self.size = size
    }
}
