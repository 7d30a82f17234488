import CHDF5
public import Files
public import NumericCore
import Text

/// A run state whose every byte has been verified.
///
/// Not `Sendable`: one thread per reader; several files may be open in several threads.
public final class RunStateReader {
    /// The path it was opened by.
    public let path: String
    /// The names of the arrays, sorted.
    public let names: [String]
    /// The names of the texts, sorted.
    public let metadataNames: [String]

    private let file: hid_t
    private let catalogue: [String: RunStateEntry]

    /// Checks the first bytes, the length and the SHA-256 of the file at `path` (a read of the whole file), and only then lets
    /// libhdf5 open it. The error tells apart a file that is missing, of another kind, of a newer version, cut short or
    /// damaged.
    public init(path: String) throws(FileError) {
        try Self.verify(path)
        self.path = path
        (file, catalogue) = try HDF5.exclusively { () throws(FileError) in
            let file = try HDF5.check(chdf5_open_file(path), path, "open the file", category: .invalidInput)
            do throws(FileError) {
                return (file, try RunStateEntry.all(in: file, path: path))
            } catch {
                H5Fclose(file)
                throw error
            }
        }
        let prefix = RunStateLayout.metadataGroup + "/"
        metadataNames = catalogue.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
            .sorted()
        names = catalogue.keys.filter { !$0.hasPrefix(prefix) }.sorted()
    }

    deinit {
        // Closing a file that was only read loses nothing.
        let file = file
        _ = try? HDF5.exclusively { () throws(FileError) in H5Fclose(file) }
    }

    /// Throws unless the file at `path` is whole. ``init(path:)`` starts with the same check.
    public static func verify(_ path: String) throws(FileError) {
        let descriptor = try Descriptor(opening: path, flags: Descriptor.reading, on: .read)
        let status = try descriptor.status()
        guard status.kind == .file else {
            throw FileError(path, "is a \(status.kind == .folder ? "folder" : "pipe or device"), not a run state")
        }
        var block = [UInt8](repeating: 0, count: RunStateSeal.byteCount)
        let found = try readBlock(&block, descriptor)
        let seal = try RunStateSeal(
            decoding: Array(block[..<found]), fileLength: status.byteCount, path: path)
        var hash = SHA256Digest.Stream()
        let content = seal.fileLength - RunStateSeal.byteCount
        let taken = try hash.update(from: descriptor, offset: RunStateSeal.byteCount, count: content)
        guard taken == content, hash.finish() == seal.contentDigest else {
            throw FileError(
                path, "is damaged: its content does not match the SHA-256 in its first bytes; use another checkpoint")
        }
    }

    private static func readBlock(
        _ block: inout [UInt8], _ descriptor: borrowing Descriptor
    ) throws(FileError) -> Int {
        var failure: FileError?
        let found = block.withUnsafeMutableBytes { bytes -> Int in
            do throws(FileError) { return try descriptor.read(into: bytes, at: 0) } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        return found
    }

    /// Returns the text `name`. Throws if there is none.
    public func metadata(_ name: String) throws(FileError) -> [UInt8] {
        let fullName = "\(RunStateLayout.metadataGroup)/\(name)"
        guard case .text(let byteCount)? = catalogue[fullName] else {
            throw FileError(path, "holds no text \"\(name)\"" + suggestion(for: name, among: metadataNames))
        }
        var bytes = [UInt8](repeating: 0, count: byteCount)
        try bytes.withUnsafeMutableBytes { buffer in
            let memory = buffer.baseAddress
            return Self.attempt { () throws(FileError) in
                try self.read(fullName, as: { chdf5_text(byteCount) }, into: memory)
            }
        }.get()
        return bytes
    }

    /// Returns the shape of the array `name`. Throws if there is none.
    public func shape(of name: String) throws(FileError) -> Shape {
        guard case .array(let shape)? = catalogue[name] else {
            throw FileError(path, "holds no array \"\(name)\"" + suggestion(for: name, among: names))
        }
        return shape
    }

    /// Reads the array `name` straight into `destination`. Throws if there is none or it has another shape.
    public func array(_ name: String, into destination: MutableArray) throws(FileError) {
        let stored = try shape(of: name)
        guard stored == destination.shape else {
            throw FileError(
                path,
                "holds \"\(name)\" with shape \(stored), where \(destination.shape) was expected; it belongs to another"
                    + " model or configuration")
        }
        guard stored.count > 0 else { return }
        try destination.withUnsafeMutableElements { elements in
            let memory = UnsafeMutableRawPointer(elements.baseAddress)
            return Self.attempt { () throws(FileError) in
                try self.read(name, as: { H5Tcopy(chdf5_native_float()) }, into: memory)
            }
        }.get()
    }

    /// Returns the array `name`, in new memory. Throws if there is none.
    public func array(_ name: String) throws(FileError) -> NDArray {
        let destination = MutableArray(shape: try shape(of: name))
        try array(name, into: destination)
        return destination.frozen()
    }

    private func read(
        _ name: String, as type: () -> hid_t, into memory: UnsafeMutableRawPointer?
    ) throws(FileError) {
        try HDF5.exclusively { () throws(FileError) in
            let task = "read \(name)"
            let dataset = try HDF5.check(H5Dopen2(file, name, chdf5_default()), path, task, category: .invalidInput)
            defer { H5Dclose(dataset) }
            let type = try HDF5.check(type(), path, task)
            defer { H5Tclose(type) }
            try HDF5.check(chdf5_read_all(dataset, type, memory), path, task, category: .invalidInput)
        }
    }

    private static func attempt(_ body: () throws(FileError) -> Void) -> Result<Void, FileError> {
        do throws(FileError) { return .success(try body()) } catch { return .failure(error) }
    }
}
