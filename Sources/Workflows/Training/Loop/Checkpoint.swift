import Autograd
import Checkpoints
import Files
import Foundation
import HeadlineData
import NumericCore
import Optimization

/// The whole state of a run on disk.
struct Checkpoint {
    /// The version that is written. It is raised when the layout below changes; files of versions that cannot be read are
    /// refused by number. Version 2 stored every frozen parameter.
    static let version = 3
    /// The versions that are read.
    private static let readable = 2...3

    /// The facts about a checkpoint that are read before any array.
    struct Header: Codable {
        var version: Int
        /// `generator` or `classifier`.
        var kind: String
        /// The resolved configuration as YAML, with paths relative to the run folder.
        var configuration: String
        /// A digest of all tokens, of training and validation.
        var dataDigest: String
        /// SHA-256 of the base's weights, if the base has frozen parameters that this file does not store.
        var baseDigest: String?
        var progress: RunProgress
    }

    /// Saves the state after `header.progress.cursor.step` steps; returns path and bytes.
    /// - Parameter frozen: the frozen parameters to store: those that the base does not have.
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
        guard readable.contains(found.version) else {
            throw FileError(
                reader.path,
                "has state version \(found.version), this program reads versions \(readable.lowerBound) to \(version); resume with the program that wrote it"
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

    /// Reads weights and moments into place, frozen parameters that are not stored from the base. Throws when an entry is
    /// missing, misshapen or left over, and when the base is another one.
    /// - Returns: the frozen parameters that came from the base; `nil` for none.
    static func restore(
        from reader: RunStateReader, gradients: Gradients, optimizer: AdamW, frozen: [Parameter], base: BaseModel?
    ) throws -> FrozenBase? {
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
        let stored = Set(reader.names)
        let isStored = { (parameter: Parameter) in stored.contains(RunStateLayout.model + parameter.name) }
        for parameter in frozen where isStored(parameter) {
            try load(RunStateLayout.model + parameter.name, parameter.buffer)
        }
        if let extra = reader.names.first(where: { !expected.contains($0) }) {
            throw FileError(reader.path, "holds \(extra), which is not part of this model")
        }
        let others = frozen.filter { !isStored($0) }
        guard !others.isEmpty else { return nil }
        return try FrozenBase(
            restoring: others, from: base, digest: header(of: reader).baseDigest, state: reader.path)
    }
}
