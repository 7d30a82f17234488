import Autograd
import Files
import Foundation
package import Inference
import JSON
import ModelFolders
package import Models
package import NeuralNetwork
package import NumericCore
import Testing
import TestSupport
package import Tokenization

/// A small generator with a vocabulary learned from the sample headlines and random weights, wide enough that its
/// distributions have likely and unlikely tokens.
package struct TinyGenerator {
    /// The model itself.
    package let model: GPT2
    /// The parameters of the model.
    package let store: ParameterStore
    /// The vocabulary of the sample headlines.
    package let tokenizer: ByteLevelBPE
    /// A generator of the model.
    package var generator: Generator { get throws { try Generator(model, tokenizer) } }

    /// Creates a generator whose weights are the same each time.
    /// - Parameter framed: true if the vocabulary says that the end-of-text token goes before each text.
    package init(layers: Int = 2, hiddenSize: Int = 32, contextLength: Int = 48, framed: Bool = true) throws {
        let vocabulary = try Self.vocabulary.get()
        tokenizer = framed ? try vocabulary.withPrefix([vocabulary.endOfText ?? 0]) : vocabulary
        store = ParameterStore(.initialize(seed: 7))
        model = GPT2(
            store.root,
            GPT2.Configuration(
                vocabularySize: tokenizer.vocabularySize, contextLength: contextLength, hiddenSize: hiddenSize,
                layers: layers,
                heads: 4, intermediateSize: 4 * hiddenSize, layerNormEpsilon: 1e-5, initializerRange: 0.3,
                embeddingDropout: 0.1, residualDropout: 0.1, attentionDropout: 0.1))
        try store.finish()
    }

    private static let vocabulary: Result<ByteLevelBPE, any Error> = Result {
        let text = try readFile(repositoryRoot.appendingPathComponent("data/sample/headlines.jsonl").path)
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n").prefix(200).map(String.init)
        return try ByteLevelBPE.trained(on: lines, vocabularySize: 320, minimumFrequency: 2)
    }

    /// Writes the model folder to `path`.
    package func write(to path: String, dtype: DType = .float32) throws {
        try GeneratorFolder.write(
            parameters: store.parameters,
            contents: GeneratorFolder.contents(
                of: model.configuration, tokenizer: tokenizer,
                generationConfiguration: SamplingOptions().generationConfiguration(endOfText: tokenizer.endOfText),
                card: "# A card\n"),
            dtype: dtype, to: path)
    }

    /// Sets one weight of the parameter `name` to a value that no training leaves.
    package func spoil(_ name: String, with value: Float) throws {
        let parameter = try #require(store.parameters.first { $0.name == name })
        var values = parameter.array.elements
        values[values.count / 2] = value
        parameter.buffer?.assign(NDArray(values, shape: parameter.shape))
    }

    /// The weights by the names of `GPT2Model`.
    package var arrays: [(name: String, values: NDArray)] { store.parameters.map { ($0.name, $0.array) } }

    /// The logits of the token after `context`, computed without a cache.
    package func logits(after context: [Int32]) -> [Float] {
        let segments = Segments(lengths: [context.count])
        let hidden = model(context, segments, cache: nil).rows(segments.lastRows)
        return model.logits(hidden).value.elements
    }
}

/// A safetensors file as other programs write it: without our digests. Every value little-endian float32.
package func foreignSafetensors(_ arrays: [(name: String, values: NDArray)]) -> [UInt8] {
    var data: [UInt8] = []
    var members: [(key: String, value: JSONValue)] = []
    for (name, values) in arrays {
        let start = data.count
        for value in values.elements {
            data += withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init)
        }
        let shape = values.shape.dimensions.map { JSONValue.integer($0) }
        members.append(
            (
                name,
                [
                    "dtype": "F32", "shape": .array(shape),
                    "data_offsets": [.integer(start), .integer(data.count)],
                ]
            ))
    }
    let header = JSONValue.object(members).serialized()
    return withUnsafeBytes(of: UInt64(header.count).littleEndian, Array.init) + header + data
}
