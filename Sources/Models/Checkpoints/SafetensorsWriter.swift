public import Files
import JSON
public import NumericCore
import Text

/// Writes safetensors files that transformers reads, with digests of their own contents.
public enum SafetensorsWriter {
    /// The element type of a file's arrays; matrices that are compact already keep theirs.
    public enum Precision: String, Sendable, CaseIterable {
        case float32 = "F32"
        case float16 = "F16"
        case bfloat16 = "BF16"

        /// The size of an element.
        var byteCount: Int { self == .float32 ? 4 : 2 }
    }

    /// What becomes one entry of the file.
    private struct Part {
        let name: String
        let type: String
        let shape: Shape
        let byteCount: Int
        let values: WeightMatrix
    }

    /// How much is converted at a time.
    private static let chunk = 1 << 16
    /// The first array's bytes begin at a multiple of this: a cache line, and more than the 8 the format asks for.
    private static let alignment = 64

    /// Writes `arrays`, in this order, to `path`, in one step (``AtomicFile``). Equal arrays give equal bytes.
    ///
    /// `metadata` joins `format` (`pt`, which transformers insists on) and the two digests. Float16 rounds to the
    /// nearest, ties to even; a finite number that would become infinite is an error that names its array. Returns the
    /// SHA-256 of the arrays' bytes. Traps on a name given twice.
    @discardableResult
    public static func write(
        _ arrays: [(name: String, values: NDArray)], to path: String, precision: Precision,
        metadata: [String: String] = [:]
    ) throws(FileError) -> SHA256Digest {
        try write(arrays.map { ($0.name, .dense($0.values)) }, to: path, precision: precision, metadata: metadata)
    }

    /// The same for matrices of which some may be compact: int8 is followed by its scales, as Float32, under
    /// ``SafetensorsFile/scaleName(of:)``.
    @discardableResult
    public static func write(
        _ matrices: [(name: String, values: WeightMatrix)], to path: String, precision: Precision,
        metadata: [String: String] = [:]
    ) throws(FileError) -> SHA256Digest {
        let parts = matrices.flatMap { Self.parts(of: $0.values, named: $0.name, precision) }
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
            case .dense(let values) where part.type == Precision.float32.rawValue: try append(values, to: file)
            case .dense(let values):
                try appendNarrowed(
                    values, named: part.name, isBFloat16: part.type == Precision.bfloat16.rawValue, to: file)
            }
        }
        let digest = file.finishHashing()
        try file.overwrite(sealed(header, with: digest), at: 8)
        try file.commit()
        return digest
    }

    private static func parts(of values: WeightMatrix, named name: String, _ precision: Precision) -> [Part] {
        func dense(_ name: String, _ array: NDArray, _ precision: Precision) -> Part {
            Part(
                name: name, type: precision.rawValue, shape: array.shape,
                byteCount: array.count * precision.byteCount, values: .dense(array))
        }
        switch values {
        case .dense(let array): return [dense(name, array, precision)]
        case .quantized(let matrix):
            let type: SafetensorsEntry.ElementType = matrix.dtype == .int8 ? .int8 : .bfloat16
            let part = Part(
                name: name, type: type.rawValue, shape: matrix.shape,
                byteCount: matrix.shape.count * matrix.dtype.byteCount, values: values)
            return [part] + (matrix.scales.map { [dense(SafetensorsFile.scaleName(of: name), $0, .float32)] } ?? [])
        }
    }

    /// The header with placeholders for the digests, padded with spaces.
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
            precondition(
                names.insert(ByteString(part.name)).inserted, "safetensors: the name \(part.name) twice, or reserved")
            let end = offset + part.byteCount
            members.append(
                (
                    key: part.name,
                    value: [
                        "dtype": .string(part.type), "shape": .array(part.shape.dimensions.map { .integer($0) }),
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

    /// The header with both digests in their places.
    private static func sealed(_ header: [UInt8], with digest: SHA256Digest) -> [UInt8] {
        var sealed = header
        let placeholder = SafetensorsDigest.placeholder
        for (key, value) in [
            (SafetensorsDigest.dataKey, { (_: [UInt8]) in digest }),
            (SafetensorsDigest.headerKey, { (header: [UInt8]) in SHA256Digest.of(header) }),
        ] {
            guard let range = SafetensorsDigest.range(of: key, placeholder, in: sealed) else {
                preconditionFailure("safetensors: the header lost its place for \(key)")
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

    /// `withUnsafeElements` of arrays passes errors on without their type.
    private static func attempt(
        _ values: NDArray, _ body: (UnsafeBufferPointer<Float>) throws(FileError) -> Void
    ) throws(FileError) {
        try values.withUnsafeElements { elements -> Result<Void, FileError> in
            do throws(FileError) { return .success(try body(elements)) } catch { return .failure(error) }
        }.get()
    }
}
