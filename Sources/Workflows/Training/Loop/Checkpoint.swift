import Autograd
import Checkpoints
import Files
import Foundation
import HeadlineData
import NumericCore
import Optimization

/// The whole state of a run on disk.
struct Checkpoint {
    /// Raised when the layout below changes; older files are then refused by number.
    static let version = 2

    /// The facts about a checkpoint that are read before any array.
    struct Header: Codable {
        var version: Int
        /// `generator` or `classifier`.
        var kind: String
        /// The resolved configuration as YAML, with paths relative to the run folder.
        var configuration: String
        /// A digest of all tokens, of training and validation.
        var dataDigest: String
        var progress: RunProgress
    }

    /// Saves the state after `header.progress.cursor.step` steps; returns path and bytes.
    static func write(
        _ header: Header, gradients: Gradients, optimizer: AdamW, frozen: [Parameter], in folder: RunFolder
    ) throws -> (path: String, bytes: Int) {
        let path = folder.checkpointPath(step: header.progress.cursor.step)
        var arrays: [(name: String, values: NDArray)] = []
        for (index, parameter) in gradients.parameters.enumerated() {
            arrays.append((RunStateLayout.model + parameter.name, parameter.array))
            arrays.append(
                (
                    RunStateLayout.firstMoment + parameter.name,
                    gradients.region(ofParameter: index, in: optimizer.firstMoment).frozen()
                ))
            arrays.append(
                (
                    RunStateLayout.secondMoment + parameter.name,
                    gradients.region(ofParameter: index, in: optimizer.secondMoment).frozen()
                ))
        }
        for parameter in frozen { arrays.append((RunStateLayout.model + parameter.name, parameter.array)) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        // JSON has no number for the loss of a model that has diverged.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        try RunStateWriter.write(
            to: path, metadata: [("run", Array(try encoder.encode(header)))], arrays: arrays)
        return (path, arrays.reduce(0) { $0 + $1.values.count * MemoryLayout<Float>.stride })
    }

    /// The header of a verified file.
    static func header(of reader: RunStateReader) throws -> Header {
        let bytes = Data(try reader.metadata("run"))
        struct Version: Codable { var version: Int }
        guard let found = try? JSONDecoder().decode(Version.self, from: bytes) else {
            throw FileError(
                reader.path, "is a run state without a header of this program; it was written by something else")
        }
        guard found.version == version else {
            throw FileError(
                reader.path,
                "has state version \(found.version), this program reads version \(version); resume with the program that wrote it"
            )
        }
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do { return try decoder.decode(Header.self, from: bytes) } catch {
            throw FileError(
                reader.path, "has a header that this program cannot read; it was written by another version")
        }
    }

    /// Reads weights and moments into place. Throws when an entry is missing, misshapen or left over.
    static func restore(
        from reader: RunStateReader, gradients: Gradients, optimizer: AdamW, frozen: [Parameter]
    ) throws {
        var expected: Set<String> = []
        func load(_ name: String, _ destination: MutableArray?) throws {
            expected.insert(name)
            guard let destination else { return }
            try reader.array(name, into: destination)
        }
        for (index, parameter) in gradients.parameters.enumerated() {
            try load(RunStateLayout.model + parameter.name, parameter.buffer)
            try load(
                RunStateLayout.firstMoment + parameter.name,
                gradients.region(ofParameter: index, in: optimizer.firstMoment))
            try load(
                RunStateLayout.secondMoment + parameter.name,
                gradients.region(ofParameter: index, in: optimizer.secondMoment))
        }
        for parameter in frozen { try load(RunStateLayout.model + parameter.name, parameter.buffer) }
        if let extra = reader.names.first(where: { !expected.contains($0) }) {
            throw FileError(reader.path, "holds \(extra), which is not part of this model")
        }
    }
}
