import Autograd
import Checkpoints
public import Files
import JSON
public import Models
import NumericCore

/// Token sequences, and files of what a model computes from them, for comparisons with other implementations.
public struct TokenSequences {
    /// The sequences, each of at least one token.
    public let sequences: [[Int32]]

    /// Reads sequences from a JSON file, a list of lists of ids such as `[[50256, 464], [50256, 40]]`.
    /// - Throws: `FileError` for a file that is something else, or for an id that is not a 32-bit number.
    public init(readingFrom path: String) throws(FileError) {
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
    /// - Throws: `TokenSequenceError` for a sequence that the model cannot read, `FileError` when the file cannot be written.
    public func writeLogits(of model: GPT2, to path: String) throws {
        try check(contextLength: model.configuration.contextLength, vocabulary: model.configuration.vocabularySize)
        let hidden = model(tokens, segments, cache: nil)  // [N, C]
        let logits = model.logits(hidden).value  // [N, V]
        try SafetensorsWriter.write(parts(of: logits, "logits"), to: path, dtype: .float32)
    }

    /// Writes the last hidden states `hidden/0`, `hidden/1`, …, each `[tokens, hiddenSize]`, and `logits`, `[sequences, labels]`,
    /// to a safetensors file at `path`. All sequences are computed in one packed pass.
    /// - Throws: `TokenSequenceError` for a sequence that the model cannot read, `FileError` when the file cannot be written.
    public func writeHiddenStates(of model: BERTClassifier, to path: String) throws {
        try check(contextLength: model.configuration.contextLength, vocabulary: model.configuration.vocabularySize)
        let hidden = parts(of: model.hiddenStates(tokens, segments).value, "hidden")  // [N, C]
        let logits = model(tokens, segments).value  // [S, K]
        try SafetensorsWriter.write(hidden + [("logits", logits)], to: path, dtype: .float32)
    }

    private var tokens: [Int32] { sequences.flatMap { $0 } }
    private var segments: Segments { Segments(lengths: sequences.map(\.count)) }

    /// Returns the rows of each sequence.
    private func parts(of array: NDArray, _ name: String) -> [(name: String, values: NDArray)] {
        let segments = segments
        return (0..<segments.count).map { ("\(name)/\($0)", array.rows(segments.rows(of: $0))) }
    }

    private func check(contextLength: Int, vocabulary: Int) throws(TokenSequenceError) {
        for (index, ids) in sequences.enumerated() {
            guard ids.count <= contextLength else {
                throw .tooLong(sequence: index, tokens: ids.count, maximum: contextLength)
            }
            for id in ids where id < 0 || id >= vocabulary {
                throw .unknownToken(sequence: index, id: id, vocabularySize: vocabulary)
            }
        }
    }
}
