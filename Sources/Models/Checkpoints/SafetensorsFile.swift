public import Files
public import NumericCore
import Text

/// A safetensors file, memory-mapped: <https://huggingface.co/docs/safetensors>. Eight bytes of header length, a JSON
/// header, then the bytes of every array without holes.
///
/// The header is read as hostile: whatever it claims is checked against the file before anything is allocated.
public final class SafetensorsFile: Sendable {
    /// The path it was opened by.
    public let path: String
    /// The arrays in the order of their bytes.
    public let entries: [SafetensorsEntry]
    /// The texts under `__metadata__`.
    public let metadata: [String: String]

    private let file: MappedFile
    private let dataOffset: Int
    private let indices: [ByteString: Int]

    /// Opens the file and checks header and length. The arrays' bytes are not touched; ``verify()`` does that.
    public init(path: String) throws(FileError) {
        let file = try MappedFile(path: path)
        let headerRange = try Self.headerRange(of: file)
        let header = try SafetensorsHeader(
            parsing: UnsafeRawBufferPointer(rebasing: file.bytes[headerRange]), path: path)
        let (declared, overflow) = headerRange.upperBound.addingReportingOverflow(header.dataByteCount)
        guard !overflow, file.count >= declared else {
            let total = overflow ? "more than any file can hold" : "\(declared)"
            throw FileError(
                path, "holds \(file.count) bytes, its header declares \(total); was the copy interrupted?")
        }
        guard file.count == declared else {
            throw FileError(
                path,
                "holds \(file.count) bytes, its header accounts for \(declared); the rest belongs to no array: copy the"
                    + " file again")
        }
        self.path = path
        self.file = file
        entries = header.entries
        metadata = header.metadata
        dataOffset = headerRange.upperBound
        indices = Dictionary(uniqueKeysWithValues: header.entries.enumerated().map { (ByteString($1.name), $0) })
    }

    /// Returns the place of the header, from the first eight bytes.
    private static func headerRange(of file: MappedFile) throws(FileError) -> Range<Int> {
        guard file.count >= 8 else {
            throw FileError(
                file.path,
                "holds \(file.count) bytes, and a safetensors file begins with 8 that give its header's length; was the"
                    + " copy interrupted?")
        }
        let length = littleEndianInteger(file.bytes[..<8])
        guard length <= UInt64(SafetensorsHeader.maximumByteCount), length >= 2 else {
            throw FileError(file.path, describeForeign(file.bytes, headerLength: length))
        }
        let end = 8 + Int(length)
        guard file.count > 8, file.bytes[8] == UInt8(ascii: "{") else {
            throw FileError(
                file.path,
                file.count == 8
                    ? "holds 8 bytes, its header alone declares \(end); was the copy interrupted?"
                    : describeForeign(file.bytes, headerLength: length))
        }
        guard file.count >= end else {
            throw FileError(
                file.path, "holds \(file.count) bytes, its header alone declares \(end); was the copy interrupted?")
        }
        return 8..<end
    }

    /// Describes a file of another format, as far as its first bytes tell.
    private static func describeForeign(_ bytes: UnsafeRawBufferPointer, headerLength: UInt64) -> String {
        if bytes.starts(with: Array("version https://git-lfs".utf8)) {
            return "is a Git LFS pointer, not the file itself; run `git lfs pull` in its folder"
        }
        if bytes.starts(with: Array("PK\u{3}\u{4}".utf8)) || bytes.first == 0x80 {
            return "is a PyTorch pickle, which can run code when it is loaded; save the model as safetensors instead"
        }
        if bytes.starts(with: Array("<".utf8)) {
            return "is a web page, not a safetensors file; was the download answered with an error page?"
        }
        return
            "is not a safetensors file, or its first bytes are damaged: they declare a header of \(headerLength) bytes"
    }

    /// The names of the arrays in the order of their bytes.
    public var names: [String] { entries.map(\.name) }

    /// Returns the entry `name`, or `nil`.
    public func entry(_ name: String) -> SafetensorsEntry? { indices[ByteString(name)].map { entries[$0] } }

    /// Returns the array `name` as Float32. F32 on a 4-byte boundary stays in the mapped file and is paged in as it is used;
    /// everything else is converted or copied. Throws if there is no such array, if it has another type than F32, F16 and
    /// BF16, or a rank above 4.
    public func array(_ name: String) throws(FileError) -> NDArray {
        let (entry, dtype, shape, bytes) = try readableEntry(name)
        let isAligned = (dataOffset + entry.byteRange.lowerBound) % MemoryLayout<Float>.alignment == 0
        if dtype == .float32, isAligned, let base = bytes.baseAddress, !bytes.isEmpty {
            return NDArray(borrowing: base.assumingMemoryBound(to: Float.self), shape: shape, owner: file)
        }
        return NDArray(shape: shape) { Self.convert(bytes, of: dtype, into: $0) }
    }

    /// Returns the matrix `name` in its own data type, for products. F32 and BF16 stay in the mapped file, and so does I8,
    /// `[outputs, inputs]`, whose scales, `[outputs]`, have the name ``scaleName(of:)``. F16 is converted. Throws as
    /// ``array(_:)`` does, and if there are no scales, or another number of them.
    public func matrix(_ name: String) throws(FileError) -> WeightMatrix {
        guard let entry = entry(name), entry.dtype == .int8 || entry.dtype == .bfloat16,
            entry.dimensions.count == 2, entry.count > 0
        else { return .dense(try array(name)) }
        let (shape, bytes) = (Shape(entry.dimensions), bytes(of: entry))
        guard entry.dtype == .int8 else {
            return .quantized(QuantizedMatrix(.bfloat16, borrowing: bytes, shape: shape, scales: nil, owner: file))
        }
        let scales = try array(Self.scaleName(of: name))
        guard scales.shape == [shape.rows] else {
            throw FileError(
                path, "holds scales of shape \(scales.shape) for \(quoted(name)), where \([shape.rows]) was expected")
        }
        return .quantized(QuantizedMatrix(.int8, borrowing: bytes, shape: shape, scales: scales, owner: file))
    }

    /// Returns the name of the array that holds the scales of an I8 matrix.
    public static func scaleName(of name: String) -> String { name + "_scale" }

    /// Reads the array `name` straight into `destination`. Throws as ``array(_:)`` does, and if the shape is another.
    public func array(_ name: String, into destination: MutableArray) throws(FileError) {
        let (_, dtype, shape, bytes) = try readableEntry(name)
        guard shape == destination.shape else {
            throw FileError(path, "holds \(quoted(name)) with shape \(shape), where \(destination.shape) was expected")
        }
        destination.withUnsafeMutableElements { Self.convert(bytes, of: dtype, into: $0) }
        withExtendedLifetime(file) {}
    }

    private func readableEntry(
        _ name: String
    ) throws(FileError) -> (SafetensorsEntry, DType, Shape, UnsafeRawBufferPointer) {
        guard let entry = entry(name) else {
            throw FileError(path, "holds no array \(quoted(name))" + suggestion(for: name, among: names))
        }
        guard let dtype = entry.dtype, dtype != .int8 else {
            throw FileError(path, "holds \(quoted(name)) as \(entry.typeName); only F32, F16 and BF16 can be read")
        }
        guard entry.dimensions.count <= Shape.maximumRank else {
            throw FileError(
                path,
                "holds \(quoted(name)) with \(entry.dimensions.count) dimensions; at most \(Shape.maximumRank) can be"
                    + " read")
        }
        return (entry, dtype, Shape(entry.dimensions), bytes(of: entry))
    }

    private func bytes(of entry: SafetensorsEntry) -> UnsafeRawBufferPointer {
        let start = dataOffset + entry.byteRange.lowerBound
        return UnsafeRawBufferPointer(rebasing: file.bytes[start..<start + entry.byteRange.count])
    }

    private static func convert(
        _ bytes: UnsafeRawBufferPointer, of dtype: DType,
        into elements: UnsafeMutableBufferPointer<Float>
    ) {
        switch dtype {
        case .float16: HalfPrecision.widen(float16: bytes, into: elements)
        case .bfloat16: HalfPrecision.widen(bfloat16: bytes, into: elements)
        default: UnsafeMutableRawBufferPointer(elements).copyMemory(from: bytes)
        }
    }

    /// Returns true if the file carries the digests that ``SafetensorsWriter`` writes. Throws if it does and they do not match,
    /// which takes a read of the whole file.
    @discardableResult
    public func verify() throws(FileError) -> Bool {
        guard try verifyHeader() else { return false }
        file.willNeed()
        let data = UnsafeRawBufferPointer(rebasing: file.bytes[dataOffset...])
        guard SHA256Digest.of(data).hexadecimal == metadata[SafetensorsDigest.dataKey] else {
            throw damage("its arrays do not match the SHA-256 in its header")
        }
        withExtendedLifetime(file) {}
        return true
    }

    /// Does the same for the header alone, which has the names, types and shapes of the arrays; their bytes are not touched.
    @discardableResult
    public func verifyHeader() throws(FileError) -> Bool {
        let dataDigest = metadata[SafetensorsDigest.dataKey]
        let headerDigest = metadata[SafetensorsDigest.headerKey]
        guard dataDigest != nil || headerDigest != nil else { return false }
        guard dataDigest != nil, let headerDigest else {
            throw damage("its header carries only one of two digests")
        }
        let header = Array(file.bytes[8..<dataOffset])
        guard SafetensorsDigest.ofHeader(header, declaring: headerDigest)?.hexadecimal == headerDigest else {
            throw damage("its header does not match the SHA-256 it carries")
        }
        withExtendedLifetime(file) {}
        return true
    }

    private func damage(_ what: String) -> FileError {
        FileError(
            path, "\(what): the file was damaged, or rewritten by a program that kept the old digests; copy it again")
    }
}
