import Autograd
import Files
import Foundation
import Inference
package import JSON
package import ModelFolders
package import Models
package import NeuralNetwork
package import NumericCore
import TestSupport

/// A small classifier with random weights, and its folder.
package struct TinyClassifier {
    /// The model folder's `config.json`.
    package let configuration: BERTConfigurationFile
    /// The model itself.
    package let model: BERTClassifier
    /// The parameters of the model.
    package let store: ParameterStore

    /// Creates a classifier whose weights are the same each time.
    package init(pooling: BERTClassifier.Pooling = .cls, labels: [String] = ["sports", "politics", "food & drink"])
        throws
    {
        configuration = BERTConfigurationFile(
            model: BERTClassifier.Configuration(
                vocabularySize: 50, contextLength: 24, tokenTypes: 2, hiddenSize: 16, layers: 2, heads: 4,
                intermediateSize: 40,
                layerNormEpsilon: 1e-12, initializerRange: 0.3, hiddenDropout: 0.1, attentionDropout: 0.2,
                classifierDropout: 0.3, pooling: pooling, labels: labels.count),
            labels: labels, padToken: 0, temperature: nil)
        store = ParameterStore(.initialize(seed: 7))
        model = BERTClassifier(store.root, configuration.model)
        try store.finish()
        // Biases at 0 and scales at 1 would hide what is lost or made up.
        var numbers = SeededNumbers(seed: 7)
        for parameter in store.parameters where parameter.shape.rank == 1 {
            let values = numbers.normals(parameter.shape.count, mean: 0.5, standardDeviation: 0.3)
            parameter.buffer?.assign(NDArray(values.map { Float($0) }, shape: parameter.shape))
        }
    }

    /// Writes the model folder to `path`.
    package func write(
        to path: String, temperature: Double = 1, dtype: DType = .float32
    ) throws {
        try ClassifierFolder.write(
            parameters: store.parameters,
            contents: .init(
                configuration: configuration, files: [("vocab.txt", Array("[PAD]\n".utf8))], card: "# A card\n"),
            temperature: temperature, dtype: dtype, to: path)
    }

    /// Writes a folder that can label text, and returns its path.
    package func writeWithVocabulary(in folder: String) throws -> String {
        let path = "\(folder)/classifier"
        try write(to: path)
        let letters = "abcdefghijklmnopqrstuvwxyz0123456789".map(String.init)
        let words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "striker", "scores", "goals"] + letters
        try AtomicFile.write(words.map { "\($0)\n" }.joined(), to: "\(path)/vocab.txt")
        return path
    }

    /// The weights by the names of `BertForSequenceClassification`.
    package var arrays: [(name: String, values: NDArray)] { store.parameters.map { ($0.name, $0.array) } }

    /// A folder of another program: these weights, and our settings with some changed, added or (`nil`) left out.
    package func foreign(
        _ arrays: [(name: String, values: NDArray)], settings: [(key: String, value: JSONValue?)] = [],
        in folder: String
    ) throws -> String {
        let path = "\(folder)/foreign-\(UUID().uuidString)"
        try write(to: path)
        var members = configuration.json(dtype: .float32).object ?? []
        for (key, value) in settings {
            members.removeAll { $0.key == key }
            if let value { members.append((key, value)) }
        }
        try AtomicFile.write(JSONValue.object(members).serialized(), to: "\(path)/config.json")
        try AtomicFile.write(foreignSafetensors(arrays), to: "\(path)/model.safetensors")
        return path
    }
}
