import Autograd
import Checkpoints
import Files
import Foundation
import Inference
import JSON
import ModelFolders
import Models
import NeuralNetwork
import NumericCore
import Testing
import TestSupport
import TinyModels

@Suite("Model folder of a classifier")
struct ClassifierFolderTests {
    private let tiny: TinyClassifier

    init() throws { tiny = try TinyClassifier() }

    /// Loads `folder` and returns the problem with it.
    private func problem(_ folder: String, _ purpose: Purpose = .inference) -> String? {
        do {
            _ = try ClassifierFolder(path: folder).load(for: purpose)
            return nil
        } catch { return "\(error)" }
    }

    @Test(
        "what is written is read back, bit for bit, for inference and for training, whatever the pooling",
        arguments: BERTClassifier.Pooling.allCases)
    func roundTrip(_ pooling: BERTClassifier.Pooling) throws {
        let tiny = try TinyClassifier(pooling: pooling)
        try withTemporaryFolder { folder in
            let path = "\(folder)/model"
            try tiny.write(to: path)
            let read = try ClassifierFolder(path: path)
            #expect(read.configuration.model == tiny.configuration.model)
            #expect(read.configuration.labels == tiny.configuration.labels)
            #expect(read.configuration.padToken == 0 && read.configuration.temperature == nil)
            for purpose in [Purpose.inference, .training] {
                let loaded = try read.load(for: purpose)
                #expect(loaded.ignored.isEmpty && loaded.fresh.isEmpty)
                #expect(loaded.parameters.map(\.name) == tiny.store.parameters.map(\.name))
                #expect(loaded.parameters.map(\.array.elements) == tiny.store.parameters.map(\.array.elements))
                #expect(loaded.parameters.allSatisfy { ($0.buffer != nil) == (purpose == .training) })
            }
            #expect(try Set(listFolder(path)) == ["README.md", "config.json", "model.safetensors", "vocab.txt"])
            // Nothing varies: neither time nor path.
            try tiny.write(to: "\(folder)/again")
            for name in try listFolder(path) {
                #expect(try readFile("\(path)/\(name)") == readFile("\(folder)/again/\(name)"), "\(name)")
            }
        }
    }

    @Test("half precision halves the file and rounds each weight to the nearest")
    func halfPrecision() throws {
        try withTemporaryFolder { folder in
            try tiny.write(to: folder + "/half", dtype: .float16)
            let loaded = try ClassifierFolder(path: "\(folder)/half").load(for: .inference)
            for (half, whole) in zip(loaded.parameters, tiny.store.parameters) {
                // Float16 has 11 bits; below 6e-5 it is subnormal, with steps of 6e-8.
                let close = zip(half.array.elements, whole.array.elements).allSatisfy {
                    abs($0 - $1) <= max(abs($1) / 2_048, 3e-8)
                }
                #expect(close, "\(whole.name)")
            }
            #expect(String(decoding: try readFile("\(folder)/half/config.json"), as: UTF8.self).contains("\"float16\""))
        }
    }

    @Test("a temperature divides head and logits, leaves the rest as it is, and is recorded; 1 records nothing")
    func temperature() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/calibrated"
            try tiny.write(to: path, temperature: 1.6)
            let read = try ClassifierFolder(path: path)
            #expect(read.configuration.temperature == 1.6)
            let loaded = try read.load(for: .inference)
            for (written, original) in zip(loaded.parameters, tiny.store.parameters) {
                let divisor = original.name.hasPrefix("classifier.") ? 1.6 : 1
                #expect(written.array.elements == original.array.elements.map { Float(Double($0) / divisor) })
            }
            let tokens: [Int32] = [3, 9, 4, 4, 7]
            let segments = Segments(lengths: [3, 2])
            let (calibrated, plain) = (loaded.model(tokens, segments).value, tiny.model(tokens, segments).value)
            #expect(
                largestDifference(calibrated.elements.map { Double($0) * 1.6 }, plain.elements.map(Double.init)) < 1e-5)
            // Another calibration of what is calibrated multiplies.
            try ClassifierFolder.write(
                parameters: loaded.parameters, contents: .init(configuration: read.configuration, files: [], card: ""),
                temperature: 0.5, dtype: .float32, to: "\(folder)/again")
            #expect(try ClassifierFolder(path: "\(folder)/again").configuration.temperature == 0.8)
            try ClassifierFolder.write(
                parameters: loaded.parameters, contents: .init(configuration: read.configuration, files: [], card: ""),
                dtype: .float32, to: "\(folder)/same")
            #expect(try ClassifierFolder(path: "\(folder)/same").configuration.temperature == 1.6)
            #expect(
                try readFile("\(folder)/same/model.safetensors") == readFile("\(path)/model.safetensors"),
                "writing anew without a temperature divides no more")
        }
    }

    @Test("a folder without label names is refused, with what it may have been meant for")
    func withoutLabels() throws {
        try withTemporaryFolder { folder in
            for none: JSONValue? in [nil, .null, .object([])] {
                let path = try tiny.foreign(
                    tiny.arrays, settings: [("id2label", none), ("label2id", none)], in: folder)
                #expect(
                    problem(path)?.contains("names no labels") == true
                        && problem(path)?.contains("pretrained encoder") == true,
                    "\(problem(path) ?? "")")
            }
        }
    }

    @Test("positions that old versions saved are left out by name, of foreign files alone; nothing else is")
    func ignored() throws {
        let positions = NDArray([0, 1], shape: [1, 2])
        try withTemporaryFolder { folder in
            for name in ["bert.embeddings.position_ids", "embeddings.position_ids"] {
                let path = try tiny.foreign(tiny.arrays + [(name, positions)], in: folder)
                #expect(try ClassifierFolder(path: path).load(for: .training).ignored == [name])
                try SafetensorsWriter.write(
                    tiny.arrays + [(name, positions)], to: "\(path)/model.safetensors", dtype: .float32)
                #expect(problem(path)?.contains("position_ids is not part of this model") == true)
            }
            for name in ["cls.predictions.bias", "bert.pooler.dense.scale", "extra"] {
                let path = try tiny.foreign(tiny.arrays + [(name, positions)], in: folder)
                #expect(problem(path)?.contains("\(name) is not part of this model") == true)
            }
        }
    }

    @Test("missing and misshapen weights are refused by name, for every purpose")
    func unfit() throws {
        let one = NDArray([1], shape: [1])
        let name = "bert.encoder.layer.1.intermediate.dense.weight"
        let transposed = tiny.arrays.map { $0.name == name ? (name, $0.values.reshaped([16, 40])) : $0 }
        let cases: [(arrays: [(name: String, values: NDArray)], says: String)] = [
            (tiny.arrays.filter { $0.name != name }, "\(name) is missing"),
            (tiny.arrays.filter { $0.name != "classifier.bias" }, "classifier.bias is missing"),
            (tiny.arrays.filter { !$0.name.contains("pooler") }, "bert.pooler.dense.weight is missing"),
            (tiny.arrays.map { $0.name == name ? (name, one) : $0 }, "\(name) has shape [1]"),
            (transposed, "\(name) has shape [16, 40]"),
            ([("classifier.bias", one)] + tiny.arrays.dropLast(), "classifier.bias has shape [1]"),
            (tiny.arrays + [("pooler.dense.bias", one)], "bert.pooler.dense.bias twice"),
        ]
        try withTemporaryFolder { folder in
            for (arrays, says) in cases {
                let path = try tiny.foreign(arrays, in: folder)
                for purpose in [Purpose.inference, .training] {
                    let text = problem(path, purpose) ?? "accepted"
                    #expect(text.contains(says), "\(text)")
                }
            }
        }
    }

    @Test("sizes in config.json that no file and no memory has are refused, not tried")
    func hostileSizes() throws {
        try withTemporaryFolder { folder in
            for key in [
                "num_hidden_layers", "hidden_size", "max_position_embeddings", "intermediate_size", "vocab_size",
                "type_vocab_size",
            ] {
                let huge: JSONValue = key == "hidden_size" ? 2_000_000_000 : 2_147_483_647
                let path = try tiny.foreign(tiny.arrays, settings: [(key, huge)], in: folder)
                for purpose in [Purpose.inference, .training] {
                    #expect(problem(path, purpose)?.contains("does not fit") == true, "\(key)")
                }
            }
        }
    }

    @Test("damaged weights of ours are refused wherever the damage is, and a folder that is none")
    func damaged() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/model"
            try tiny.write(to: path)
            let file = "\(path)/model.safetensors"
            let whole = try readFile(file)
            for place in stride(from: 0, to: whole.count, by: whole.count / 47) {
                var flipped = whole
                flipped[place] ^= 0x10
                try AtomicFile.write(flipped, to: file)
                #expect(problem(path) != nil, "byte \(place)")
            }
            for name in ["config.json", "model.safetensors"] {
                let path = "\(folder)/without-\(name)"
                try tiny.write(to: path)
                try FileManager.default.removeItem(atPath: "\(path)/\(name)")
                #expect(problem(path)?.contains(name) == true, "\(problem(path) ?? "")")
            }
            #expect(problem("\(folder)/nowhere")?.contains("does not exist") == true)
            #expect(problem(file)?.contains("expected a model folder") == true)
        }
    }
}
