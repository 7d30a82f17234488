import Files
import JSON

/// The JSON header of a safetensors file, read as hostile input: exactly the shape that the format allows, nothing nested
/// deeper, no unknown or repeated key, only whole numbers.
struct SafetensorsHeader {
    /// The size limit of a header, as in the reference implementation: 100 MB.
    static let maximumByteCount = 100_000_000
    /// The one name that is not an array.
    static let metadataKey = "__metadata__"

    /// The entries in the order of their bytes.
    let entries: [SafetensorsEntry]
    /// The texts under `__metadata__`.
    let metadata: [String: String]
    /// The number of bytes after the header that the entries fill without holes.
    let dataByteCount: Int

    /// Reads the bytes of the header (without the eight that hold its length). `path` is the file that errors name.
    init(parsing bytes: UnsafeRawBufferPointer, path: String) throws(FileError) {
        let document: JSONValue
        do throws(JSONError) {
            // An object of entries, their objects, and the lists in these.
            document = try JSONValue(parsing: bytes, depthLimit: 3)
        } catch {
            throw Self.damage("\(error)", path)
        }
        var entries: [SafetensorsEntry] = []
        var metadata: [String: String] = [:]
        for (name, value) in document.object ?? [] {
            if name == Self.metadataKey {
                metadata = try Self.texts(value, path: path)
            } else {
                entries.append(try Self.entry(value, named: name, path: path))
            }
        }
        self.metadata = metadata
        self.entries = entries.sorted {
            ($0.byteRange.lowerBound, $0.byteRange.upperBound, $0.name)
                < ($1.byteRange.lowerBound, $1.byteRange.upperBound, $1.name)
        }
        var position = 0
        for entry in self.entries {
            guard entry.byteRange.lowerBound == position else {
                let kind = entry.byteRange.lowerBound < position ? "overlap" : "leave a hole before"
                throw FileError(
                    path,
                    "its header is damaged: the bytes of \(quoted(entry.name)) begin at"
                        + " \(entry.byteRange.lowerBound) and \(kind) those of its neighbor, which end at \(position)")
            }
            position = entry.byteRange.upperBound
            try Self.checkSize(entry, path: path)
        }
        dataByteCount = position
    }

    private static func checkSize(_ entry: SafetensorsEntry, path: String) throws(FileError) {
        var bits = SafetensorsEntry.bitCounts[entry.typeName] ?? 0
        for extent in entry.dimensions {
            let (product, overflow) = bits.multipliedReportingOverflow(by: extent)
            guard !overflow else {
                throw FileError(path, "its header is damaged: the shape of \(quoted(entry.name)) is impossibly large")
            }
            bits = product
        }
        guard bits % 8 == 0, bits / 8 == entry.byteRange.count else {
            throw FileError(
                path,
                "its header is damaged: \(quoted(entry.name)) has \(entry.byteRange.count) bytes, and its shape"
                    + " \(entry.dimensions.prefix(8)) of \(entry.typeName) needs \(bits) bits")
        }
    }

    private static func texts(_ value: JSONValue, path: String) throws(FileError) -> [String: String] {
        guard let members = value.object else { throw damage("its metadata is \(value.kind)", path) }
        var texts: [String: String] = [:]
        for (key, value) in members {
            guard let text = value.string, texts.updateValue(text, forKey: key) == nil else {
                throw damage("its metadata has \(quoted(key)) twice or not as a string", path)
            }
        }
        return texts
    }

    private static func entry(
        _ value: JSONValue, named name: String, path: String
    ) throws(FileError) -> SafetensorsEntry {
        guard let members = value.object, members.count == 3, let word = value["dtype"]?.string,
            let dimensions = wholeNumbers(value["shape"]), dimensions.count <= 64,
            let offsets = wholeNumbers(value["data_offsets"]), offsets.count == 2, offsets[0] <= offsets[1]
        else { throw damage("\(quoted(name)) is not a type, a shape and an ordered pair of offsets", path) }
        guard SafetensorsEntry.bitCounts[word] != nil else {
            throw damage("\(quoted(name)) has the unknown type \(quoted(word))", path)
        }
        return SafetensorsEntry(
            name: name, typeName: word, dimensions: dimensions, byteRange: offsets[0]..<offsets[1])
    }

    /// Returns the numbers of a list, if all are whole, not negative and written without a fraction.
    private static func wholeNumbers(_ value: JSONValue?) -> [Int]? {
        guard let elements = value?.array else { return nil }
        let numbers = elements.compactMap { element -> Int? in
            if case .integer(let number) = element, number >= 0 { number } else { nil }
        }
        return numbers.count == elements.count ? numbers : nil
    }

    private static func damage(_ what: String, _ path: String) -> FileError {
        FileError(path, "its safetensors header is damaged: \(what); copy the file again")
    }
}
