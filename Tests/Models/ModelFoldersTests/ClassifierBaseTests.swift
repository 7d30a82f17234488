import Autograd
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

@Suite("Pretrained encoder as the base of a classifier")
struct ClassifierBaseTests {
    private let tiny: TinyClassifier
    private let labels = ["tech", "war", "art", "food"]

    init() throws { tiny = try TinyClassifier() }

    private typealias Arrays = [(name: String, values: NDArray)]
    private let noNames: [(key: String, value: JSONValue?)] = [("id2label", nil), ("label2id", nil)]

    private func load(
        _ path: String, labels: [String]? = nil, pooling: BERTClassifier.Pooling = .cls, seed: UInt64 = 1
    ) throws -> LoadedModel<BERTClassifier> {
        let base = try ClassifierBase(path: path)
        var configuration = base.configuration.model
        configuration.pooling = pooling
        return try base.load(labels: labels ?? self.labels, configuration: configuration, seed: seed)
    }

    private func problem(_ path: String) -> String? {
        do {
            _ = try load(path)
            return nil
        } catch { return "\(error)" }
    }

    private func without(_ prefixes: String...) -> Arrays {
        tiny.arrays.filter { array in !prefixes.contains { array.name.hasPrefix($0) } }
    }

    private func unprefixed(_ arrays: Arrays) -> Arrays {
        arrays.map { ($0.name.hasPrefix("bert.") ? String($0.name.dropFirst(5)) : $0.name, $0.values) }
    }

    /// Parameters that come from the folder hold its values; the fresh ones do not, and depend on the seed.
    private func checkValues(_ loaded: LoadedModel<BERTClassifier>, _ path: String) throws {
        let values = Dictionary(uniqueKeysWithValues: tiny.arrays.map { ($0.name, $0.values.elements) })
        for parameter in loaded.parameters {
            let isFresh = loaded.fresh.contains(parameter.name)
            #expect((parameter.array.elements == values[parameter.name]) == !isFresh, "\(parameter.name)")
            #expect(parameter.buffer != nil)
        }
        #expect(loaded.model.configuration.labels == labels.count)
    }

    private static let pretraining: Arrays = [
        ("cls.predictions.bias", NDArray([1], shape: [1])), ("cls.seq_relationship.weight", NDArray([1], shape: [1])),
        ("cls.predictions.transform.LayerNorm.weight", NDArray([1], shape: [1])),
    ]
    private static let head = ["classifier.weight", "classifier.bias"]
    private static let pooler = ["bert.pooler.dense.weight", "bert.pooler.dense.bias"]

    @Test("every kind of BERT folder is read, with and without `bert.`, and what was left out or made up is named")
    func kinds() throws {
        let positions: Arrays = [("bert.embeddings.position_ids", NDArray([0, 1], shape: [1, 2]))]
        let pretraining = Self.pretraining.map(\.name)
        // What the folder holds, what is left out of it, what is fresh.
        let kinds: [(arrays: Arrays, ignored: [String], fresh: [String])] = [
            (without("classifier."), [], Self.head),
            (positions + without("classifier."), ["bert.embeddings.position_ids"], Self.head),
            (
                without("classifier.", "bert.pooler.") + Self.pretraining, pretraining,
                Self.pooler + Self.head
            ),
            (without("classifier.") + Self.pretraining, pretraining, Self.head),
            (tiny.arrays, Self.head, Self.head),
        ]
        try withTemporaryFolder { folder in
            for (arrays, ignored, fresh) in kinds {
                for arrays in [arrays, unprefixed(arrays)] {
                    let path = try tiny.foreign(arrays, settings: noNames, in: folder)
                    let loaded = try load(path)
                    #expect(loaded.fresh == fresh)
                    let named = Set(unprefixed(ignored.map { ($0, NDArray(scalar: 0)) }).map(\.name))
                    #expect(Set(unprefixed(loaded.ignored.map { ($0, NDArray(scalar: 0)) }).map(\.name)) == named)
                    try checkValues(loaded, path)
                }
            }
        }
    }

    @Test("mean pooling leaves the pooler out by name, and wants none")
    func meanPooling() throws {
        try withTemporaryFolder { folder in
            let path = try tiny.foreign(without("classifier."), settings: noNames, in: folder)
            let loaded = try load(path, pooling: .mean)
            #expect(Set(loaded.ignored) == Set(Self.pooler) && loaded.fresh == Self.head)
            let bare = try tiny.foreign(without("classifier.", "bert.pooler."), settings: noNames, in: folder)
            #expect(try load(bare, pooling: .mean).ignored.isEmpty)
        }
    }

    @Test("an added layer makes each token itself and four times the mean, normalized, and nothing else changes")
    func meanLayer() throws {
        try withTemporaryFolder { folder in
            // The base's own norms have random scales and shifts; those of the added layer are 1 and 0.
            let path = try tiny.foreign(without("classifier."), settings: noNames, in: folder)
            let base = try ClassifierBase(path: path)
            var configuration = base.configuration.model
            let below = try base.load(labels: labels, configuration: configuration, seed: 1)
            configuration.layers += 1
            let added = try base.load(labels: labels, configuration: configuration, seed: 1, addsMeanLayer: true)
            #expect(Set(added.ignored) == Set(Self.pooler))
            #expect(
                added.fresh == [
                    "bert.encoder.layer.2.attention.self.key.weight", "bert.encoder.layer.2.intermediate.dense.weight",
                ] + Self.head)
            let tokens = (0..<9).map { Int32($0 * 5 % 50) }
            let segments = Segments(lengths: [4, 1, 4])
            let x = below.model.hiddenStates(tokens, segments).value
            let y = added.model.hiddenStates(tokens, segments).value
            let hiddenSize = configuration.hiddenSize
            for segment in 0..<segments.count {
                let rows = segments.rows(of: segment)
                let states = rows.map { x.rows($0..<$0 + 1).elements.map(Double.init) }
                for (row, state) in zip(rows, states) {
                    let sum = (0..<hiddenSize).map { channel in
                        state[channel] + 4 * states.reduce(0) { $0 + $1[channel] } / Double(states.count)
                    }
                    let mean = sum.reduce(0, +) / Double(hiddenSize)
                    let standardDeviation = (sum.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(hiddenSize))
                        .squareRoot()
                    for (found, value) in zip(y.rows(row..<row + 1).elements, sum) {
                        #expect(abs(Double(found) - (value - mean) / standardDeviation) < 1e-5)
                    }
                }
            }
        }
    }

    @Test("a head is kept for the same labels in the same order, and otherwise made anew")
    func heads() throws {
        let own = tiny.configuration.labels
        try withTemporaryFolder { folder in
            let path = try tiny.foreign(tiny.arrays, in: folder)
            let kept = try load(path, labels: own)
            #expect(kept.fresh.isEmpty && kept.ignored.isEmpty)
            #expect(kept.parameters.map(\.array.elements) == tiny.store.parameters.map(\.array.elements))
            for labels in [own.reversed(), own + ["more"], own.dropLast(), ["a", "b", "c"]] {
                let loaded = try load(path, labels: Array(labels))
                #expect(loaded.fresh == Self.head && Set(loaded.ignored) == Set(Self.head), "\(labels)")
                #expect(loaded.parameters.last?.shape == [labels.count])
            }
            // What a head reads must be what it was trained above.
            let mean = try load(path, labels: own, pooling: .mean)
            #expect(mean.fresh == Self.head && Set(mean.ignored) == Set(Self.head + Self.pooler))
            let seeds = try [1, 1, 2].map { try load(path, seed: $0).parameters.map(\.array.elements) }
            #expect(seeds[0] == seeds[1] && seeds[0] != seeds[2])
        }
    }

    @Test("the names that the first BERTs kept from TensorFlow are read")
    func oldNames() throws {
        let old: Arrays = without("classifier.").map { array in
            var name = array.name
            if name.contains("LayerNorm.") {
                name = name.replacingOccurrences(of: "Norm.weight", with: "Norm.gamma")
                    .replacingOccurrences(of: "Norm.bias", with: "Norm.beta")
            }
            return (name, array.values)
        }
        #expect(old.count { $0.name.hasSuffix("gamma") } == 5)
        try withTemporaryFolder { folder in
            let path = try tiny.foreign(old, settings: noNames, in: folder)
            try checkValues(try load(path), path)
        }
    }

    @Test("anything else that is unused, missing or misshapen is an error that names it")
    func unfit() throws {
        let one = NDArray([1], shape: [1])
        let name = "bert.encoder.layer.0.attention.self.key.weight"
        let encoder = without("classifier.")
        let cases: [(arrays: Arrays, says: String)] = [
            (encoder + [("bert.encoder.layer.2.output.dense.bias", one)], "layer.2.output.dense.bias is not part"),
            (encoder + [("dropout.mask", one)], "dropout.mask is not part"),
            (encoder.filter { $0.name != name }, "\(name) is missing"),
            (encoder.map { $0.name == name ? (name, one) : $0 }, "\(name) has shape [1]"),
            (encoder.filter { $0.name != "bert.pooler.dense.bias" }, "bert.pooler.dense.bias is missing"),
            (encoder + [("embeddings.LayerNorm.bias", one)], "bert.embeddings.LayerNorm.bias twice"),
            (encoder + [("bert.embeddings.LayerNorm.beta", one)], "bert.embeddings.LayerNorm.bias twice"),
            ([("gpt.weight", one)] + encoder.dropFirst(), "bert.embeddings.word_embeddings.weight is missing"),
        ]
        try withTemporaryFolder { folder in
            for (arrays, says) in cases {
                let path = try tiny.foreign(arrays, settings: noNames, in: folder)
                #expect(problem(path)?.contains(says) == true, "\(problem(path) ?? says)")
            }
            // Without a pooler in the file, nothing but the other sizes tells that these channels are a mistake.
            let huge: [(key: String, value: JSONValue?)] = noNames + [("hidden_size", 2_000_000_000)]
            let path = try tiny.foreign(without("classifier.", "bert.pooler."), settings: huge, in: folder)
            #expect(problem(path)?.contains("does not fit") == true)
            #expect(problem("\(folder)/nowhere")?.contains("does not exist") == true)
        }
    }

    @Test("weights that are no numbers are refused with the name of their array")
    func notFinite() throws {
        try withTemporaryFolder { folder in
            var arrays = tiny.arrays
            let place = try #require(arrays.firstIndex { $0.name == "bert.pooler.dense.bias" })
            var values = arrays[place].values.elements
            values[3] = .nan
            arrays[place].values = NDArray(values, shape: arrays[place].values.shape)
            let text = problem(try tiny.foreign(arrays, in: folder)) ?? ""
            #expect(text.contains("bert.pooler.dense.bias") && text.contains("nan"), "\(text)")
        }
    }

    @Test("MiniLM-L6 is read as it is")
    func miniLM() throws {
        guard let url = sharedFile("models/minilm-l6", for: "MiniLM-L6 as a base") else { return }
        let loaded = try load(url.path)
        #expect(loaded.ignored == ["embeddings.position_ids"] && loaded.fresh == Self.head)
        #expect(loaded.model.configuration.layers == 6 && loaded.model.configuration.hiddenSize == 384)
        #expect(loaded.parameters.reduce(0) { $0 + $1.shape.count } == 22_713_216 + 4 * 385)
    }
}
