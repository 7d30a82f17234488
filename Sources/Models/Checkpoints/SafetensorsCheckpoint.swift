public import Files
import JSON
public import NumericCore
import Text

/// The arrays of a model folder in Hugging Face layout: one `model.safetensors`, or several files with an index,
/// `model.safetensors.index.json`.
public final class SafetensorsCheckpoint: Sendable {
    /// The name of a model's only file.
    public static let fileName = "model.safetensors"
    /// The name of the index of a model in several files.
    public static let indexName = "model.safetensors.index.json"

    /// The folder or file it was opened by.
    public let path: String
    /// The files, in the order of their names.
    public let files: [SafetensorsFile]
    private let places: [ByteString: Int]

    /// Opens the model in a folder, or a single file. Throws if there is none, if a file is not whole, and if index and
    /// files do not agree.
    public init(path: String) throws(FileError) {
        self.path = path
        guard isFolder(path) else {
            let file = try SafetensorsFile(path: path)
            (files, places) = ([file], Dictionary(uniqueKeysWithValues: file.names.map { (ByteString($0), 0) }))
            return
        }
        let single = "\(path)/\(Self.fileName)"
        let index = "\(path)/\(Self.indexName)"
        if pathExists(single) {
            let file = try SafetensorsFile(path: single)
            (files, places) = ([file], Dictionary(uniqueKeysWithValues: file.names.map { (ByteString($0), 0) }))
        } else if pathExists(index) {
            (files, places) = try Self.open(index: index, in: path)
        } else {
            let pickle = pathExists("\(path)/pytorch_model.bin")
            throw FileError(
                path,
                "holds neither \(Self.fileName) nor \(Self.indexName)"
                    + (pickle ? "; its pytorch_model.bin is a pickle, which can run code: save it as safetensors" : ""))
        }
    }

    private static func open(
        index path: String, in folder: String
    ) throws(FileError) -> ([SafetensorsFile], [ByteString: Int]) {
        let bytes = try readFile(path, limit: SafetensorsHeader.maximumByteCount)
        let members = (try? JSONValue(parsing: bytes))?["weight_map"]?.object ?? []
        let pairs = members.compactMap { member in member.value.string.map { (ByteString(member.key), $0) } }
        guard !pairs.isEmpty, pairs.count == members.count else {
            throw FileError(path, "is not an index of safetensors files: a JSON object with a filled \"weight_map\"")
        }
        let weightMap = Dictionary(uniqueKeysWithValues: pairs)
        let fileNames = Set(weightMap.values).sorted()
        var files: [SafetensorsFile] = []
        var places: [ByteString: Int] = [:]
        for (number, fileName) in fileNames.enumerated() {
            // A file of the same folder, so that an index from elsewhere cannot lead out of it.
            guard !fileName.isEmpty, !fileName.contains("/"), fileName != "..", fileName != "." else {
                throw FileError(path, "names the file \(quoted(fileName)), which is not a plain name in its folder")
            }
            let file = try SafetensorsFile(path: "\(folder)/\(fileName)")
            for name in file.names {
                guard weightMap[ByteString(name)] == fileName else {
                    throw FileError(path, "does not list \(quoted(name)), which is in \(fileName)")
                }
                places[ByteString(name)] = number
            }
            files.append(file)
        }
        if let (name, fileName) = pairs.first(where: { places[$0.0] == nil }) {
            throw FileError(
                path, "lists \(quoted(name.string)) in \(fileName), which does not hold it; copy both again")
        }
        return (files, places)
    }

    /// The arrays of all files, file by file in the order of their bytes.
    public var entries: [SafetensorsEntry] { files.flatMap(\.entries) }

    /// The names of ``entries``.
    public var names: [String] { entries.map(\.name) }

    /// Returns the entry `name`, or `nil`.
    public func entry(_ name: String) -> SafetensorsEntry? {
        places[ByteString(name)].flatMap { files[$0].entry(name) }
    }

    /// Returns the array `name` as Float32; see ``SafetensorsFile/array(_:)``.
    public func array(_ name: String) throws(FileError) -> NDArray { try file(of: name).array(name) }

    /// Returns the matrix `name` in the data type of the file; see ``SafetensorsFile/matrix(_:)``.
    public func matrix(_ name: String) throws(FileError) -> WeightMatrix { try file(of: name).matrix(name) }

    /// Reads the array `name` straight into `destination`; see ``SafetensorsFile/array(_:into:)``.
    public func array(_ name: String, into destination: MutableArray) throws(FileError) {
        try file(of: name).array(name, into: destination)
    }

    /// Returns true if every file carries digests; throws if some do not match. See ``SafetensorsFile/verify()``.
    @discardableResult
    public func verify() throws(FileError) -> Bool {
        var all = true
        for file in files where try !file.verify() { all = false }
        return all
    }

    /// Does the same for the headers alone; see ``SafetensorsFile/verifyHeader()``.
    @discardableResult
    public func verifyHeaders() throws(FileError) -> Bool {
        var all = true
        for file in files where try !file.verifyHeader() { all = false }
        return all
    }

    private func file(of name: String) throws(FileError) -> SafetensorsFile {
        guard let place = places[ByteString(name)] else {
            throw FileError(path, "holds no array \(quoted(name))" + suggestion(for: name, among: names))
        }
        return files[place]
    }
}
