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
import Tokenization

@Suite("Model folder of a generator")
struct GeneratorFolderTests {
    private let tiny: TinyGenerator

    init() throws { tiny = try TinyGenerator() }

    /// Loads `folder` and returns the problem with it.
    private func problem(_ folder: String, _ purpose: Purpose = .inference) -> String? {
        do {
            _ = try GeneratorFolder(path: folder).load(for: purpose)
            return nil
        } catch { return "\(error)" }
    }

    /// Our folder with its weights as another program writes them.
    private func foreign(_ arrays: [(name: String, values: NDArray)], in folder: String) throws -> String {
        let path = "\(folder)/foreign-\(UUID().uuidString)"
        try tiny.write(to: path)
        try AtomicFile.write(foreignSafetensors(arrays), to: "\(path)/model.safetensors")
        return path
    }

    private func prefixed(_ arrays: [(name: String, values: NDArray)]) -> [(name: String, values: NDArray)] {
        arrays.map { ("transformer." + $0.name, $0.values) }
    }

    @Test("what is written is read back, bit for bit, for inference and for training")
    func roundTrip() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/model"
            try tiny.write(to: path)
            let read = try GeneratorFolder(path: path)
            #expect(read.tokenizer.tokens == tiny.tokenizer.tokens && read.tokenizer.prefix == tiny.tokenizer.prefix)
            #expect(read.configuration.model == tiny.model.configuration)
            for purpose in [Purpose.inference, .training] {
                let loaded = try read.load(for: purpose)
                #expect(loaded.ignored.isEmpty)
                #expect(loaded.parameters.map(\.name) == tiny.store.parameters.map(\.name))
                #expect(
                    zip(loaded.parameters, tiny.store.parameters).allSatisfy {
                        $0.array.elements == $1.array.elements
                    })
                #expect(loaded.parameters.allSatisfy { ($0.buffer != nil) == (purpose == .training) })
            }
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
            try tiny.write(to: "\(folder)/whole")
            try tiny.write(to: "\(folder)/half", dtype: .float16)
            let loaded = try GeneratorFolder(path: "\(folder)/half").load(for: .inference)
            for (half, whole) in zip(loaded.parameters, tiny.store.parameters) {
                for (a, b) in zip(half.array.elements, whole.array.elements) {
                    // Float16 has 11 bits; below 6e-5 it is subnormal, with steps of 6e-8.
                    #expect(abs(a - b) <= max(abs(b) / 2_048, 3e-8), "\(whole.name)")
                }
            }
            let sizes = try ["half", "whole"].map { try readFile("\(folder)/\($0)/model.safetensors").count }
            #expect(Double(sizes[0]) < 0.56 * Double(sizes[1]))
            #expect(String(decoding: try readFile("\(folder)/half/config.json"), as: UTF8.self).contains("\"float16\""))
        }
    }

    @Test("an export anew keeps model card and generation settings, and a foreign folder becomes one of ours")
    func export() throws {
        try withTemporaryFolder { folder in
            let extra = tiny.arrays + [("h.0.attn.masked_bias", NDArray([-10_000], shape: []))]
            let path = try foreign(prefixed(extra), in: folder)
            let source = try GeneratorFolder(path: path)
            try source.export(try source.load(for: .inference), dtype: .float16, to: "\(folder)/out")
            let result = try GeneratorFolder(path: "\(folder)/out")
            #expect(try result.load(for: .inference).ignored.isEmpty)
            for name in ["README.md", "generation_config.json", "tokenizer.json"] {
                #expect(try readFile("\(folder)/out/\(name)") == readFile("\(path)/\(name)"), "\(name)")
            }
        }
    }

    @Test("foreign names are read with and without `transformer.`, never both for one weight")
    func prefixes() throws {
        try withTemporaryFolder { folder in
            for arrays in [
                tiny.arrays, prefixed(tiny.arrays), Array(prefixed(tiny.arrays).prefix(5)) + tiny.arrays.dropFirst(5),
            ] {
                let loaded = try GeneratorFolder(path: try foreign(arrays, in: folder)).load(for: .inference)
                #expect(loaded.parameters.map(\.array.elements) == tiny.store.parameters.map(\.array.elements))
            }
            let twice = try foreign(tiny.arrays + prefixed(tiny.arrays).prefix(1), in: folder)
            #expect(problem(twice)?.contains("wte.weight twice") == true, "\(problem(twice) ?? "")")
        }
    }

    @Test("masks of old files and a tied head are left out by name, of foreign files alone")
    func ignored() throws {
        try withTemporaryFolder { folder in
            let embedding = tiny.arrays[0].values
            let mask = NDArray([1], shape: [1, 1, 1, 1])
            let extra: [(name: String, values: NDArray)] = [
                ("h.0.attn.bias", mask), ("h.1.attn.bias", mask), ("h.0.attn.masked_bias", mask),
                ("lm_head.weight", embedding),
            ]
            let path = try foreign(tiny.arrays + extra, in: folder)
            #expect(try Set(GeneratorFolder(path: path).load(for: .training).ignored) == Set(extra.map(\.name)))
            let ours = "\(folder)/ours"
            try tiny.write(to: ours)
            try SafetensorsWriter.write(tiny.arrays + extra, to: "\(ours)/model.safetensors", dtype: .float32)
            #expect(
                problem(ours)?.contains("h.0.attn.bias is not part of this model") == true, "\(problem(ours) ?? "")")
        }
    }

    @Test("a head of its own is refused, not dropped")
    func untied() throws {
        try withTemporaryFolder { folder in
            var other = tiny.arrays[0].values.elements
            other[11] += 1
            let head = NDArray(other, shape: tiny.arrays[0].values.shape)
            for arrays in [tiny.arrays, prefixed(tiny.arrays)] {
                let path = try foreign(arrays + [("lm_head.weight", head)], in: folder)
                #expect(problem(path)?.contains("lm_head.weight") == true, "\(problem(path) ?? "")")
            }
        }
    }

    @Test("missing, extra and misshapen weights are refused by name, for every purpose")
    func unfit() throws {
        let one = NDArray([1], shape: [1])
        let name = "h.1.mlp.c_fc.weight"
        let transposed = tiny.arrays.map { array in
            array.name == name
                ? (
                    name,
                    array.values.reshaped(Shape(rows: array.values.shape.columns, columns: array.values.shape.rows))
                ) : array
        }
        let cases: [(arrays: [(name: String, values: NDArray)], says: String)] = [
            (tiny.arrays.filter { $0.name != name }, "\(name) is missing"),
            (tiny.arrays + [("h.2.ln_1.weight", one)], "h.2.ln_1.weight is not part"),
            (tiny.arrays.map { $0.name == name ? (name, one) : $0 }, "\(name) has shape [1]"),
            (transposed, "\(name) has shape [128, 32]"),
            (tiny.arrays.map { ("gpt." + $0.name, $0.values) }, "wte.weight is missing"),
            ([("wte.weight", one), ("wpe.weight", one)], "more such entries"),
        ]
        try withTemporaryFolder { folder in
            for (arrays, says) in cases {
                let path = try foreign(arrays, in: folder)
                for purpose in [Purpose.inference, .training] {
                    let text = problem(path, purpose) ?? "accepted"
                    #expect(text.contains(says) && text.contains("config.json"), "\(text)")
                }
            }
        }
    }

    @Test("sizes in config.json that no file and no memory has are refused, not tried")
    func hostileSizes() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/model"
            try tiny.write(to: path)
            let text = String(decoding: try readFile("\(path)/config.json"), as: UTF8.self)
            for (key, found, huge) in [
                ("n_layer", "2", "2000000000"), ("n_embd", "32", "2000000000"), ("n_positions", "48", "2147483647"),
                ("n_inner", "128", "2147483647"), ("vocab_size", "320", "2147483647"),
            ] {
                let changed = text.replacingOccurrences(of: "\"\(key)\": \(found)", with: "\"\(key)\": \(huge)")
                #expect(changed != text, "\(key)")
                try AtomicFile.write(changed, to: "\(path)/config.json")
                for purpose in [Purpose.inference, .training] {
                    #expect(
                        problem(path, purpose)?.contains("does not fit") == true,
                        "\(key): \(problem(path, purpose) ?? "")")
                }
            }
        }
    }

    @Test("a model in several files is read through its index")
    func sharded() throws {
        try withTemporaryFolder { folder in
            let path = try foreign([], in: folder)
            try FileManager.default.removeItem(atPath: "\(path)/model.safetensors")
            let arrays = prefixed(tiny.arrays)
            let names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
            try AtomicFile.write(foreignSafetensors(Array(arrays.prefix(9))), to: "\(path)/\(names[0])")
            try AtomicFile.write(foreignSafetensors(Array(arrays.dropFirst(9))), to: "\(path)/\(names[1])")
            let map = arrays.enumerated().map {
                (key: $0.element.name, value: JSONValue.string(names[$0.offset < 9 ? 0 : 1]))
            }
            let index: JSONValue = ["metadata": ["total_size": 1], "weight_map": .object(map)]
            try AtomicFile.write(index.serialized(), to: "\(path)/model.safetensors.index.json")
            let loaded = try GeneratorFolder(path: path).load(for: .inference)
            #expect(loaded.parameters.map(\.array.elements) == tiny.store.parameters.map(\.array.elements))
        }
    }

    @Test("damaged weights of ours are refused wherever the damage is")
    func damaged() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/model"
            try tiny.write(to: path)
            let file = "\(path)/model.safetensors"
            let whole = try readFile(file)
            for place in stride(from: 0, to: whole.count, by: whole.count / 97) {
                var flipped = whole
                flipped[place] ^= 0x10
                try AtomicFile.write(flipped, to: file)
                #expect(problem(path) != nil, "byte \(place)")
            }
            for length in [0, 7, 8, 100, whole.count / 2, whole.count - 1] {
                try AtomicFile.write(Array(whole[..<length]), to: file)
                #expect(problem(path) != nil, "length \(length)")
            }
            try AtomicFile.write(whole + [0], to: file)
            #expect(problem(path) != nil)
        }
    }

    @Test("a folder that is none, or lacks a part, is refused with what is missing")
    func incomplete() throws {
        try withTemporaryFolder { folder in
            #expect(problem("\(folder)/nowhere")?.contains("does not exist") == true)
            try AtomicFile.write("x", to: "\(folder)/file")
            #expect(problem("\(folder)/file")?.contains("expected a model folder") == true)
            for name in ["config.json", "model.safetensors"] {
                let path = "\(folder)/without-\(name)"
                try tiny.write(to: path)
                try FileManager.default.removeItem(atPath: "\(path)/\(name)")
                #expect(problem(path)?.contains(name) == true, "\(problem(path) ?? "")")
            }
            let path = "\(folder)/bare"
            try tiny.write(to: path)
            for name in ["tokenizer.json", "vocab.json", "merges.txt"] {
                try FileManager.default.removeItem(atPath: "\(path)/\(name)")
            }
            #expect(problem(path)?.contains("tokenizer") == true || problem(path)?.contains("vocab") == true)
        }
    }
}
