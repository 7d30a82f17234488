import Files
import Foundation
import JSON
import Testing
import TestSupport

/// A folder with a few headlines and a configuration that trains on them in a moment.
struct Workplace {
    /// What is trained there.
    enum Kind: String, CaseIterable { case generator, classifier }

    let kind: Kind
    let folder: String
    var configuration: String { "\(folder)/tiny.yaml" }
    var headlines: String { "\(folder)/headlines.\(kind == .generator ? "txt" : "jsonl")" }

    init(in folder: String, kind: Kind = .generator) throws {
        self.kind = kind
        self.folder = folder
        let sample = try readFile(repositoryRoot.appendingPathComponent("data/sample/headlines.jsonl").path)
        let lines = try sample.split(separator: UInt8(ascii: "\n")).prefix(60).map { line in
            kind == .classifier
                ? String(decoding: line, as: UTF8.self)
                : try #require(try JSONValue(parsing: Array(line))["headline"]?.string)
        }
        try AtomicFile.write(lines.joined(separator: "\n") + "\n", to: headlines)
        try AtomicFile.write(Self.common + (kind == .generator ? Self.generator : Self.classifier), to: configuration)
    }

    private static let generator = """
        data:
          train: headlines.txt
        tokenizer:
          vocabularySize: 300
        samples:
          prompts: [New]
          maximumNewTokens: 4

        """

    private static let classifier = """
        data:
          train: headlines.jsonl
          split:
            method: stratified
        tokenizer:
          vocabularySize: 300

        """

    private static let common = """
        name: tiny
        model:
          layers: 1
          hiddenSize: 16
          heads: 2
          contextLength: 48
        batches:
          steps: 6
          tokensPerStep: 256
          tokensPerMicroBatch: 128
        optimizer:
          learningRate: 1e-3
          warmUpSteps: 2
        evaluation:
          everySteps: 3
        checkpoints:
          everySteps: 2
        logging:
          tensorBoard: false

        """

    /// The arguments of `train` for a run in `output`.
    func training(_ output: String, _ more: String...) -> [String] {
        [kind.rawValue, "--config", configuration, "--output", "\(folder)/\(output)"] + more
    }

    /// Trains in `output` to the end.
    @discardableResult
    func train(_ output: String, _ more: [String] = []) throws -> Command.Ended {
        try Command.run("train", training(output) + more, in: folder)
    }

    /// The lines of the metrics file of `output`, without one that is being written.
    func metrics(_ output: String) -> [JSONValue] {
        guard let bytes = try? readFile("\(folder)/\(output)/metrics.jsonl") else { return [] }
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { try? JSONValue(parsing: Array($0)) }
    }

    /// The number of the newest step that `output` has written down; 0 before the first.
    func newestStep(_ output: String) -> Int {
        // A test asks often and the file grows fast: its end is enough.
        guard let file = FileHandle(forReadingAtPath: "\(folder)/\(output)/metrics.jsonl") else { return 0 }
        defer { try? file.close() }
        guard let end = try? file.seekToEnd() else { return 0 }
        try? file.seek(toOffset: end - min(end, 1 << 14))
        let lines = ((try? file.readToEnd()) ?? Data()).split(separator: UInt8(ascii: "\n")).reversed()
        for line in lines {
            guard let value = try? JSONValue(parsing: Array(line)), value["kind"]?.string == "step" else { continue }
            return value["step"]?.integer ?? 0
        }
        return 0
    }

    /// SHA-256 of the weights of `last/` and `best/`.
    func weights(_ output: String) throws -> [String] {
        try ["last", "best"].map { model in
            SHA256Digest.of(try readFile("\(folder)/\(output)/\(model)/model.safetensors")).hexadecimal
        }
    }

    /// Waits until `condition` holds; records an issue after a minute.
    func wait(until condition: () -> Bool) {
        let deadline = Date().addingTimeInterval(60)
        while !condition() {
            guard Date() < deadline else {
                Issue.record("what was waited for did not come in a minute")
                return
            }
            usleep(500)
        }
    }
}
