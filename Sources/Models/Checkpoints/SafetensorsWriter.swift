public import Files
import JSON
public import NumericCore
import Preconditions
import Text

/// Writes safetensors files that transformers reads, with digests of their own contents.
public enum SafetensorsWriter {
    /// An entry of the file.
    private struct Part {
        let name: String
        let dtype: DType
        let shape: Shape
        let byteCount: Int
        let values: WeightMatrix
    }

    /// The number of elements converted at a time.
    private static let chunk = 1 << 16
    /// The alignment of the first array's bytes: a cache line, and more than the 8 bytes that the format asks for.
    private static let alignment = 64

    /// Writes `arrays`, in this order, to `path`, in one step (`AtomicFile`). Equal arrays give equal bytes.
    ///
    /// `metadata` is written beside `format` (`pt`, which transformers insists on) and the two digests. The 16-bit types round
    /// to the nearest, ties to even; a finite number that float16 would turn into infinity is an error that names its array.
    /// Returns the SHA-256 of the arrays' bytes. Traps on a name given twice, and on int8, which is a type of matrices.
    @discardableResult
    public static func write(
        _ arrays: [(name: String, values: NDArray)], to path: String, dtype: DType,
        metadata: [String: String] = [:]
    ) throws(FileError) -> SHA256Digest {
        try write(arrays.map { ($0.name, .dense($0.values)) }, to: path, dtype: dtype, metadata: metadata)
    }

    /// Does the same for matrices, of which some may be quantized and keep their type: int8 is followed by its scales, as
    /// Float32, under ``SafetensorsFile/scaleName(of:)``.
    @discardableResult
    public static func write(
        _ matrices: [(name: String, values: WeightMatrix)], to path: String, dtype: DType,
        metadata: [String: String] = [:]
    ) throws(FileError) -> SHA256Digest {
        require(dtype != .int8, "safetensors: arrays of floats cannot be written as int8")
        let parts = matrices.flatMap { Self.parts(of: $0.values, named: $0.name, dtype) }
        let header = self.header(for: parts, metadata: metadata)
        let file = try AtomicFile(path: path)
        try file.append(littleEndianBytes(UInt64(header.count)))
        try file.append(header)
        file.startHashing()
        for part in parts {
            switch part.values {
            case .quantized(let matrix):
                try matrix.withUnsafeBytes { bytes -> Result<Void, FileError> in
                    do throws(FileError) { return .success(try file.append(bytes)) } catch { return .failure(error) }
                }.get()
            case .dense(let values) where part.dtype == .float32: try append(values, to: file)
            case .dense(let values):
                try appendNarrowed(
                    values, named: part.name, isBFloat16: part.dtype == .bfloat16, to: file)
            }
        }
        let digest = file.finishHashing()
        try file.overwrite(sealed(header, with: digest), at: 8)
        try file.commit()
        return digest
    }

    private static func parts(of values: WeightMatrix, named name: String, _ dtype: DType) -> [Part] {
        func dense(_ name: String, _ array: NDArray, _ dtype: DType) -> Part {
            Part(
                name: name, dtype: dtype, shape: array.shape, byteCount: array.count * dtype.byteCount,
                values: .dense(array))
        }
        switch values {
        case .dense(let array): return [dense(name, array, dtype)]
        case .quantized(let matrix):
            let part = Part(
                name: name, dtype: matrix.dtype, shape: matrix.shape,
                byteCount: matrix.shape.count * matrix.dtype.byteCount, values: values)
            return [part] + (matrix.scales.map { [dense(SafetensorsFile.scaleName(of: name), $0, .float32)] } ?? [])
        }
    }

    /// Returns the header with placeholders for the digests, padded with spaces.
    private static func header(for parts: [Part], metadata: [String: String]) -> [UInt8] {
        var texts = metadata
        texts["format"] = "pt"
        texts[SafetensorsDigest.dataKey] = SafetensorsDigest.placeholder
        texts[SafetensorsDigest.headerKey] = SafetensorsDigest.placeholder
        let pairs = texts.sorted { $0.key < $1.key }.map { (key: $0.key, value: JSONValue.string($0.value)) }
        var members = [(key: SafetensorsHeader.metadataKey, value: JSONValue.object(pairs))]
        var names: Set<ByteString> = [ByteString(SafetensorsHeader.metadataKey)]
        var offset = 0
        for part in parts {
            require(
                names.insert(ByteString(part.name)).inserted,
                "safetensors: the name \(part.name) is given twice, or reserved")
            let end = offset + part.byteCount
            members.append(
                (
                    key: part.name,
                    value: [
                        "dtype": .string(part.dtype.safetensorsName),
                        "shape": .array(part.shape.dimensions.map { .integer($0) }),
                        "data_offsets": [.integer(offset), .integer(end)],
                    ]
                ))
            offset = end
        }
        var header = JSONValue.object(members).serialized()
        let excess = (header.count + 8) % alignment
        if excess > 0 { header += [UInt8](repeating: 0x20, count: alignment - excess) }
        return header
    }

    /// Returns the header with both digests in their places.
    private static func sealed(_ header: [UInt8], with digest: SHA256Digest) -> [UInt8] {
        var sealed = header
        let placeholder = SafetensorsDigest.placeholder
        for (key, value) in [
            (SafetensorsDigest.dataKey, { (_: [UInt8]) in digest }),
            (SafetensorsDigest.headerKey, { (header: [UInt8]) in SHA256Digest.of(header) }),
        ] {
            guard let range = SafetensorsDigest.range(of: key, placeholder, in: sealed) else {
                fatalError("safetensors: the header lost its place for \(key)")
            }
            sealed.replaceSubrange(range, with: Array(value(sealed).hexadecimal.utf8))
        }
        return sealed
    }

    private static func append(_ values: NDArray, to file: AtomicFile) throws(FileError) {
        try attempt(values) { (elements) throws(FileError) in try file.append(UnsafeRawBufferPointer(elements)) }
    }

    private static func appendNarrowed(
        _ values: NDArray, named name: String, isBFloat16: Bool, to file: AtomicFile
    ) throws(FileError) {
        let halves = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: min(chunk, values.count))
        defer { halves.deallocate() }
        try attempt(values) { (elements) throws(FileError) in
            for start in stride(from: 0, to: elements.count, by: chunk) {
                let part = UnsafeBufferPointer(rebasing: elements[start..<min(start + chunk, elements.count)])
                let target = UnsafeMutableBufferPointer(rebasing: halves[..<part.count])
                if isBFloat16 {
                    HalfPrecision.narrow(part, intoBFloat16: target)
                } else if let index = HalfPrecision.narrow(part, intoFloat16: target) {
                    throw FileError(
                        file.path,
                        "\(quoted(name)) holds \(part[index]), beyond the 65,504 that F16 can hold; write F32 instead",
                        category: .failure)
                }
                try file.append(UnsafeRawBufferPointer(target))
            }
        }
    }

    /// Lends the elements to `body` and keeps the type of its errors, which `withUnsafeElements` loses.
    private static func attempt(
        _ values: NDArray, _ body: (UnsafeBufferPointer<Float>) throws(FileError) -> Void
    ) throws(FileError) {
        try values.withUnsafeElements { elements -> Result<Void, FileError> in
            do throws(FileError) { return .success(try body(elements)) } catch { return .failure(error) }
        }.get()
    }
}
