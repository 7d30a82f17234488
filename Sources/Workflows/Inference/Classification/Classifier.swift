import Autograd
import Files
import Foundation
import ModelFolders
public import Models
import NumericCore
import Preconditions
public import Tokenization

/// Labels headlines with a BERT: text in, probabilities out. ``ClassificationEngine`` serves many callers.
public final class Classifier {
    /// A label and its probability.
    public struct Candidate: Sendable, Hashable, Codable {
        /// The label.
        public let label: String
        /// The probability that the model gives it.
        public let probability: Double
    }

    /// The labels of one headline.
    public struct Prediction: Sendable, Hashable, Codable {
        /// All labels, the likeliest first; equals in the order of the model.
        public let candidates: [Candidate]
        /// True if the headline had more tokens than the model has positions, so that its end was not read.
        public let isCut: Bool
    }

    /// Headlines as the model reads them, in batches.
    struct Prepared {
        /// The tokens of each headline.
        var sequences: [[Int32]] = []
        /// True for each headline whose end is not read.
        var isCut: [Bool] = []
        /// The headlines of each pass. The cut depends on these headlines alone.
        var batches: [Range<Int>] = []

        /// Returns the number of tokens of a batch.
        func tokens(of batch: Range<Int>) -> Int { sequences[batch].reduce(0) { $0 + $1.count } }
    }

    /// The labels in the order of the logits.
    public let labels: [String]
    /// Warnings about the folder it was loaded from, a sentence each, though it can be used.
    public let remarks: [String]
    private let model: BERTClassifier
    private let tokenizer: WordPieceTokenizer

    /// The number of tokens of a pass: enough for efficient products, few enough to take little memory.
    private static let tokensPerBatch = 2048

    /// Creates a classifier. Throws unless model and vocabulary fit. Traps on another number of labels than the model has.
    public init(
        _ model: BERTClassifier, _ tokenizer: WordPieceTokenizer, labels: [String], remarks: [String] = []
    ) throws(ClassificationError) {
        guard tokenizer.vocabularySize <= model.configuration.vocabularySize else {
            throw .vocabularyTooLarge(
                tokenizer: tokenizer.vocabularySize, model: model.configuration.vocabularySize)
        }
        require(
            labels.count == model.configuration.labels,
            "Classifier: \(labels.count) labels for a model of \(model.configuration.labels)")
        self.model = model
        self.tokenizer = tokenizer
        self.labels = labels
        self.remarks = remarks
    }

    /// Loads a classifier's model folder.
    public convenience init(folder path: String) throws {
        let folder = try ClassifierFolder(path: path)
        let tokenizer = try WordPieceTokenizer(folder: path)
        let entries = folder.configuration.model.vocabularySize
        guard tokenizer.vocabularySize <= entries else {
            throw FileError(
                path,
                "its tokenizer has \(tokenizer.vocabularySize) entries, its model only \(entries); one of them belongs to another model"
            )
        }
        let labels = folder.configuration.labels
        var remarks: [String] = []
        if tokenizer.vocabularySize < entries {
            remarks.append(
                "\(path): its vocabulary has \(tokenizer.vocabularySize) entries and its model has room for \(entries), so it may"
                    + " belong to another model")
        }
        if labels.elementsEqual(labels.indices.map { "LABEL_\($0)" }) {
            remarks.append(
                "\(path): its labels are numbers (`LABEL_0` and so on), which transformers writes when none were named; name them"
                    + " in config.json (`id2label`)")
        }
        try self.init(folder.load(for: .inference).model, tokenizer, labels: labels, remarks: remarks)
    }

    /// Returns the prediction for each headline, in their order.
    /// - Throws: `ClassificationError` for a headline without any letter, digit or sign, and for a model whose logits are not
    ///   finite.
    public func classify(_ headlines: [String]) throws(ClassificationError) -> [Prediction] {
        try predictions(scores(headlines))
    }

    /// Returns the predictions that scores amount to.
    func predictions(_ scores: [Score]) throws(ClassificationError) -> [Prediction] {
        guard scores.allSatisfy({ $0.logits.allSatisfy(\.isFinite) }) else { throw .notFinite }
        return scores.map { Prediction(candidates: candidates($0.logits), isCut: $0.isCut) }
    }

    /// The scores of one headline before they become probabilities.
    public struct Score: Sendable, Hashable {
        /// The logit of each label, in the order of ``labels``; not finite when the model is damaged.
        public let logits: [Float]
        /// True if the headline had more tokens than the model has positions, so that its end was not read.
        public let isCut: Bool
    }

    /// Returns the scores of each headline, in their order, which calibration and other figures are computed from.
    /// - Throws: `ClassificationError` for a headline without any letter, digit or sign.
    public func scores(_ headlines: [String]) throws(ClassificationError) -> [Score] {
        let prepared = try prepare(headlines)
        let rows = prepared.batches.flatMap { logits(of: prepared.sequences[$0]) }
        return zip(rows, prepared.isCut).map(Score.init)
    }

    /// Tokenizes headlines and cuts them into batches, each of as many headlines as fit into one pass.
    /// - Throws: `ClassificationError` for a headline without any letter, digit or sign.
    func prepare(_ headlines: [String]) throws(ClassificationError) -> Prepared {
        let capacity = model.configuration.contextLength - 2
        var prepared = Prepared()
        for (index, headline) in headlines.enumerated() {
            let ids = tokenizer.encode(headline)
            guard !ids.isEmpty else { throw .emptyHeadline(index) }
            prepared.isCut.append(ids.count > capacity)
            prepared.sequences.append(tokenizer.framed(ids.prefix(capacity)))
        }
        prepared.batches = Packing.batches(of: prepared.sequences.map(\.count), rows: Self.tokensPerBatch)
        return prepared
    }

    /// Returns the logits of sequences that are computed in one pass. Of at most ``SkinnyMatmul/maximumRows`` tokens
    /// together, each sequence's logits have the same bits whatever the others are.
    func logits(of sequences: some Collection<[Int32]>) -> [[Float]] {
        let segments = Segments(lengths: sequences.map(\.count))
        let logits = model(sequences.flatMap { $0 }, segments).value.elements  // [S, K]
        return stride(from: 0, to: logits.count, by: labels.count).map { start in
            Array(logits[start..<start + labels.count])
        }
    }

    private func candidates(_ logits: [Float]) -> [Candidate] {
        let row = logits.map(Double.init)
        let largest = row.max() ?? 0
        let powers = row.map { exp($0 - largest) }
        let sum = powers.reduce(0, +)
        let order = powers.indices.sorted { powers[$0] != powers[$1] ? powers[$0] > powers[$1] : $0 < $1 }
        return order.map { Candidate(label: labels[$0], probability: powers[$0] / sum) }
    }
}
