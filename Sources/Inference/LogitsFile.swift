import Autograd
import Checkpoints
public import Files
public import Models
import NumericCore

/// The logits of given token sequences as a file: what comparisons with other implementations read.
public struct LogitsFile {
    /// The sequences, each of at least one token.
    public let sequences: [[Int32]]

    /// Reads sequences from a JSON file, a list of lists of ids such as `[[50256, 464], [50256, 40]]`.
    /// - Throws: `FileError` for a file that is something else, or for an id that is no 32-bit number.
    public init(readingIDsFrom path: String) throws(FileError) {
        let json: JSONValue
        do { json = try JSONValue(parsing: try readFile(path, limit: 1 << 26)) } catch let error as FileError {
            throw error
        } catch { throw FileError(path, "\(error)") }
        guard let rows = json.array, !rows.isEmpty else {
            throw FileError(path, "holds \(json.kind), expected a list of lists of token ids")
        }
        var sequences: [[Int32]] = []
        for (index, row) in rows.enumerated() {
            let ids = (row.array ?? []).compactMap { $0.integer.flatMap { Int32(exactly: $0) } }
            guard let found = row.array, !found.isEmpty, ids.count == found.count else {
                throw FileError(
                    path, "sequence \(index) is not a list of token ids, expected at least one whole number")
            }
            sequences.append(ids)
        }
        self.sequences = sequences
    }

    /// Writes `logits/0`, `logits/1`, …, each `[tokens, vocabulary]`, to a safetensors file at `path`. All sequences are
    /// computed in one packed pass.
    /// - Throws: `GenerationError` for a sequence that the model has no room or no vocabulary for, `FileError` when the file
    ///   cannot be written.
    public func write(_ model: GPT2, to path: String) throws {
        let (positions, vocabulary) = (model.configuration.positions, model.configuration.vocabularySize)
        for (index, ids) in sequences.enumerated() {
            guard ids.count <= positions else {
                throw GenerationError("sequence \(index) has \(ids.count) tokens, the model has \(positions) positions")
            }
            for id in ids where id < 0 || id >= vocabulary {
                throw GenerationError("sequence \(index) has the id \(id), the model has \(vocabulary) entries")
            }
        }
        let segments = Segments(lengths: sequences.map(\.count))
        let hidden = model(sequences.flatMap { $0 }, segments, cache: nil)  // [N, C]
        let logits = model.logits(hidden).value  // [N, V]
        try SafetensorsWriter.write(
            (0..<segments.count).map { ("logits/\($0)", logits.rows(segments.rows(of: $0))) }, to: path,
            precision: .float32, metadata: [:])
    }
}
