import CHDF5
public import Files
public import NumericCore
import Text
import Preconditions

/// Writes run states: everything a training run needs to continue, as one HDF5 file after a `RunStateSeal`.
///
/// libhdf5 lays the file out; the values then go straight from the arrays to their places on the disk, hashed on the way,
/// so that no array is copied and a full disk is reported by our own code. Until the last step the file is called
/// `.step-000400.h5.PID-COUNT.partial` in the same folder (`AtomicFile`): a process killed while writing leaves only that,
/// and `AtomicFile.removeLeftovers(in:)` removes it.
public enum RunStateWriter {
    /// Writes `metadata` (named texts, usually JSON, none empty) and `arrays` to `path`. Equal contents give equal bytes.
    ///
    /// Names are unique; `/` in a name makes groups. The arrays must not change meanwhile. When it returns, the file is safe
    /// from a power cut; when it throws, the previous file is untouched. Traps on names that HDF5 cannot have.
    public static func write(
        to path: String, metadata: [(name: String, json: [UInt8])], arrays: [(name: String, values: NDArray)]
    ) throws(FileError) {
        let pieces =
            metadata.map { Piece(text: $0.json, name: $0.name) } + arrays.map { Piece($0.values, name: $0.name) }
        checkNames(pieces)
        let file = try AtomicFile(path: path)
        try file.lend { (temporaryPath, descriptor) throws(FileError) in
            let room = pieces.reduce(1 << 16) { $0 + $1.byteCount + 2_048 + $1.name.utf8.count }
            var placed = try HDF5.exclusively { () throws(FileError) in
                try layOut(pieces, in: temporaryPath, shownPath: path) { () throws(FileError) in
                    // After the library has emptied the file and before it allocates space itself.
                    try descriptor.reserve(room)
                }
            }
            placed.sort { $0.offset < $1.offset }
            let seal = try fill(placed, of: pieces, in: descriptor)
            try writeBytes(seal.encoded(), to: descriptor, at: 0)
            // Returns the reserved space that was not needed.
            try descriptor.truncate(to: seal.fileLength)
        }
        try file.commit()
    }

    /// A dataset to write: a text or an array.
    private struct Piece: Sendable {
        enum Content: Sendable { case text([UInt8]), array(NDArray) }
        let name: String
        let content: Content

        init(text: [UInt8], name: String) {
            require(!text.isEmpty, "run state: the text of \(name) is empty")
            self.name = "\(RunStateLayout.metadataGroup)/\(name)"
            content = .text(text)
        }

        init(_ values: NDArray, name: String) {
            require(
                name.split(separator: "/").first.map(String.init) != RunStateLayout.metadataGroup,
                "run state: the array \(name) has a name in the group of texts")
            self.name = name
            content = .array(values)
        }

        var byteCount: Int {
            switch content {
            case .text(let bytes): bytes.count
            case .array(let values): values.count * MemoryLayout<Float>.stride
            }
        }

        /// Lends the bytes as they are written (little-endian machines only, see `HalfPrecision.swift`).
        func withBytes(_ body: (UnsafeRawBufferPointer) throws(FileError) -> Void) throws(FileError) {
            let result: Result<Void, FileError>
            switch content {
            case .text(let bytes): result = bytes.withUnsafeBytes { Self.attempt(body, $0) }
            case .array(let values):
                result = values.withUnsafeElements { Self.attempt(body, UnsafeRawBufferPointer($0)) }
            }
            try result.get()
        }

        private static func attempt(
            _ body: (UnsafeRawBufferPointer) throws(FileError) -> Void, _ bytes: UnsafeRawBufferPointer
        ) -> Result<Void, FileError> {
            do throws(FileError) { return .success(try body(bytes)) } catch { return .failure(error) }
        }
    }

    private static func checkNames(_ pieces: [Piece]) {
        var seen: Set<String> = []
        for piece in pieces {
            RunStateLayout.checkName(piece.name)
            require(seen.insert(piece.name).inserted, "run state: the name \(piece.name) is given twice")
        }
    }

    /// The place of a piece in the file.
    private struct Placed: Sendable {
        let index: Int
        let offset: Int
    }

    /// Lets the library make the groups and datasets, and returns the place of each non-empty one.
    private static func layOut(
        _ pieces: [Piece], in temporaryPath: String, shownPath: String, afterCreation: () throws(FileError) -> Void
    ) throws(FileError) -> [Placed] {
        let file = try HDF5.check(
            chdf5_create_file(temporaryPath, hsize_t(RunStateSeal.byteCount)), shownPath, "create the file")
        var placed: [Placed] = []
        do throws(FileError) {
            try afterCreation()
            let links = try HDF5.check(chdf5_link_creation(), shownPath, "prepare the groups")
            defer { H5Pclose(links) }
            let layout = try HDF5.check(chdf5_dataset_creation(), shownPath, "prepare the datasets")
            defer { H5Pclose(layout) }
            for (index, piece) in pieces.enumerated() {
                let offset = try makeDataset(piece, in: file, links: links, layout: layout, shownPath: shownPath)
                if let offset { placed.append(Placed(index: index, offset: offset)) }
            }
        } catch {
            H5Fclose(file)
            throw error
        }
        try HDF5.check(H5Fclose(file), shownPath, "close the file (is the disk full?)")
        return placed
    }

    private static func makeDataset(
        _ piece: Piece, in file: hid_t, links: hid_t, layout: hid_t, shownPath: String
    ) throws(FileError) -> Int? {
        let task = "lay out \(piece.name)"
        let type: hid_t
        let space: hid_t
        switch piece.content {
        case .text(let bytes):
            type = try HDF5.check(chdf5_text(bytes.count), shownPath, task)
            space = chdf5_scalar_space()
        case .array(let values):
            type = try HDF5.check(H5Tcopy(chdf5_float32()), shownPath, task)
            let extents = values.shape.dimensions.map { hsize_t($0) }
            space = extents.isEmpty ? chdf5_scalar_space() : H5Screate_simple(Int32(extents.count), extents, nil)
        }
        defer {
            H5Tclose(type)
            if space >= 0 { H5Sclose(space) }
        }
        try HDF5.check(space, shownPath, task)
        let dataset = try HDF5.check(
            H5Dcreate2(file, piece.name, type, space, links, layout, chdf5_default()), shownPath, task)
        defer { H5Dclose(dataset) }
        guard piece.byteCount > 0 else { return nil }
        let offset = H5Dget_offset(dataset)
        guard offset != chdf5_undefined_address() else {
            throw FileError(shownPath, "libhdf5 gave \(piece.name) no place in the file", category: .failure)
        }
        return Int(offset)
    }

    /// Writes the values to their places and hashes the whole file on the way, including what the library wrote.
    private static func fill(
        _ placed: [Placed], of pieces: [Piece], in descriptor: borrowing Descriptor
    ) throws(FileError) -> RunStateSeal {
        let laidOut = try descriptor.status().byteCount
        var hash = SHA256Digest.Stream()
        var position = RunStateSeal.byteCount
        for place in placed {
            require(place.offset >= position, "run state: \(pieces[place.index].name) overlaps its predecessor")
            try takeIn(position..<place.offset, of: descriptor, into: &hash)
            position = place.offset
            try pieces[place.index].withBytes { (bytes) throws(FileError) in
                try write(bytes, to: descriptor, at: place.offset, hashing: &hash)
            }
            position += pieces[place.index].byteCount
        }
        let length = max(position, laidOut)
        try takeIn(position..<length, of: descriptor, into: &hash)
        return RunStateSeal(fileLength: length, contentDigest: hash.finish())
    }

    private static func takeIn(
        _ range: Range<Int>, of descriptor: borrowing Descriptor, into hash: inout SHA256Digest.Stream
    ) throws(FileError) {
        let taken = try hash.update(from: descriptor, offset: range.lowerBound, count: range.count)
        guard taken == range.count else {
            throw FileError(descriptor.path, "shrank while it was being written; try again", category: .failure)
        }
    }

    /// Writes part by part, so that hashing finds each in the cache and the disk works meanwhile.
    private static func write(
        _ bytes: UnsafeRawBufferPointer, to descriptor: borrowing Descriptor, at offset: Int,
        hashing hash: inout SHA256Digest.Stream
    ) throws(FileError) {
        for start in stride(from: 0, to: bytes.count, by: 1 << 22) {
            let part = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + 1 << 22, bytes.count)])
            try descriptor.write(part, at: offset + start)
            descriptor.startWriteback(from: offset + start, count: part.count)
            hash.update(part)
        }
    }

    private static func writeBytes(
        _ bytes: [UInt8], to descriptor: borrowing Descriptor, at offset: Int
    ) throws(FileError) {
        try Piece(text: bytes, name: "seal").withBytes { (raw) throws(FileError) in
            try descriptor.write(raw, at: offset)
        }
    }
}
