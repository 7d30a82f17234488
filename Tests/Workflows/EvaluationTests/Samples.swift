import Autograd
import Checkpoints
import Evaluation
import Files
import HeadlineData
import Inference
import ModelFolders
import Models
import NeuralNetwork
import NumericCore
import Statistics
import Testing
import TestSupport
import Tokenization

/// Invented headlines of two topics whose words never mix, in a file.
struct TopicFile {
    static let topics = [
        ("harbour", ["ferry", "pier", "tide", "anchor", "gull", "lighthouse"]),
        ("kitchen", ["stew", "ladle", "oven", "pepper", "dough", "kettle"]),
    ]

    /// Lines with a label each; `seed` chooses the words.
    static func lines(_ count: Int, seed: UInt64) -> [String] {
        var numbers = SeededNumbers(seed: seed)
        return (0..<count).map { row in
            let (label, words) = topics[row % topics.count]
            let chosen = (0..<5).map { _ in words[Int(numbers.next() % UInt64(words.count))] }
            return
                #"{"headline": "\#(chosen.joined(separator: " ")) \#(seed) \#(row)", "category": "\#(label)", "date": "2024-0\#(row % 9 + 1)-01"}"#
        }
    }

    @discardableResult
    static func write(_ count: Int, seed: UInt64, to path: String) throws -> String {
        try AtomicFile.write(lines(count, seed: seed).joined(separator: "\n") + "\n", to: path)
        return path
    }
}

/// A classifier with random weights whose two labels are those of `TopicFile`.
struct SmallClassifier {
    /// Writes a model folder.
    /// - Parameter biases: values for the biases of the head, in the order of the labels.
    static func write(
        to path: String, labels: [String] = ["harbour", "kitchen"], seed: UInt64 = 3, temperature: Double = 1,
        biases: [Float]? = nil
    ) throws {
        let text = TopicFile.lines(40, seed: 1).joined(separator: "\n")
        let tokenizer = try WordPieceTokenizer.trained(
            on: text.split(separator: "\n").map(String.init), vocabularySize: 200, minimumFrequency: 1,
            normalization: WordPieceNormalization(lowercases: true))
        let configuration = BERTConfigurationFile(
            model: BERTClassifier.Configuration(
                vocabularySize: tokenizer.vocabularySize, contextLength: 32, tokenTypes: 2, hiddenSize: 16, layers: 1,
                heads: 2, intermediateSize: 32, layerNormEpsilon: 1e-12, initializerRange: 0.3, hiddenDropout: 0,
                attentionDropout: 0, classifierDropout: 0, pooling: .cls, labels: labels.count),
            labels: labels, padToken: tokenizer.pad, temperature: nil)
        let store = ParameterStore(.initialize(seed: seed))
        _ = BERTClassifier(store.root, configuration.model)
        try store.finish()
        if let biases {
            for parameter in store.parameters where parameter.name == "classifier.bias" {
                parameter.buffer?.assign(NDArray(biases, shape: parameter.shape))
            }
        }
        try ClassifierFolder.write(
            parameters: store.parameters,
            contents: .init(
                configuration: configuration, files: tokenizer.files(contextLength: 32),
                card: "# Small\n\n## Evaluation\n\nold\n\n## Limits\n\nMany.\n"),
            temperature: temperature, dtype: .float32, to: path)
    }
}

/// A generator with random weights.
struct SmallGenerator {
    /// Writes a model folder.
    /// - Parameters:
    ///   - damage: a value for the biases of the last norm.
    ///   - endings: how much those biases lean to the end of text, so that some samples end before their first word.
    static func write(
        to path: String, seed: UInt64 = 3, vocabulary: Int = 300, damage: Float? = nil, endings: Float? = nil
    ) throws {
        let lines = TopicFile.lines(60, seed: 1)
        let trained = try ByteLevelBPE.trained(on: lines, vocabularySize: vocabulary, minimumFrequency: 1)
        let tokenizer = try trained.withPrefix([trained.endOfText ?? 0])
        let store = ParameterStore(.initialize(seed: seed))
        let model = GPT2(
            store.root,
            GPT2.Configuration(
                vocabularySize: tokenizer.vocabularySize, contextLength: 48, hiddenSize: 16, layers: 1, heads: 2,
                intermediateSize: 32, layerNormEpsilon: 1e-5, initializerRange: 0.3, embeddingDropout: 0,
                residualDropout: 0, attentionDropout: 0))
        try store.finish()
        if let damage {
            for parameter in store.parameters where parameter.name == "ln_f.bias" {
                parameter.buffer?.assign(
                    NDArray([Float](repeating: damage, count: parameter.shape.count), shape: parameter.shape))
            }
        }
        if let endings, let end = tokenizer.endOfText {
            let table = try #require(store.parameters.first { $0.name == "wte.weight" }).array.elements
            let direction = table[Int(end) * 16..<Int(end + 1) * 16].map { endings * $0 }
            for parameter in store.parameters where parameter.name == "ln_f.bias" {
                parameter.buffer?.assign(NDArray(direction, shape: parameter.shape))
            }
        }
        try GeneratorFolder.write(
            parameters: store.parameters,
            contents: GeneratorFolder.contents(
                of: model.configuration, tokenizer: tokenizer,
                generationConfiguration: SamplingOptions().generationConfiguration(endOfText: tokenizer.endOfText),
                card: "# Small\n"),
            dtype: .float32, to: path)
    }
}

/// Quick intervals.
var quickContext: EvaluationContext {
    EvaluationContext(bootstrap: Bootstrap(seed: 1, resamples: 200), command: "evaluate test")
}

/// The files that an evaluation of labeled headlines reads.
func labeled(_ data: String, training: String? = nil) -> EvaluationData.Request {
    var request = EvaluationData.Request(data: data, isLabeled: true)
    request.training = training
    return request
}
