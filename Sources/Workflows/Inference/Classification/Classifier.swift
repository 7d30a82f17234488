import Autograd
import Files
import Foundation
import ModelFolders
public import Models
import NumericCore
public import Text
public import Tokenization

/// Labels headlines with a BERT: text in, probabilities out.
public final class Classifier {
    /// A label and how likely it is.
    public struct Candidate: Sendable, Hashable, Codable {
        public let label: String
        public let probability: Double
    }

    /// What is said about one headline.
    public struct Prediction: Sendable, Hashable {
        /// All labels, the likeliest first; of equals the one that comes first in the model.
        public let candidates: [Candidate]
        /// Whether the headline had more tokens than the model has positions, so that its end was not read.
        public let isCut: Bool
    }

    /// The labels in the order of the logits.
    public let labels: [String]
    /// What is odd about the folder it was loaded from, a sentence each, though it can be used.
    public let remarks: [String]
    private let model: BERTClassifier
    private let tokenizer: WordPieceTokenizer

    /// Tokens computed at a time: enough for the products to be efficient, few enough to take little memory.
    private static let tokensPerBatch = 2048

    /// Throws unless model and vocabulary fit. Traps on another number of labels than the model has.
    public init(
        _ model: BERTClassifier, _ tokenizer: WordPieceTokenizer, labels: [String], remarks: [String] = []
    ) throws(ClassificationError) {
        guard tokenizer.vocabularySize <= model.configuration.vocabularySize else {
            throw ClassificationError(
                "the tokenizer has \(tokenizer.vocabularySize) entries, the model only \(model.configuration.vocabularySize)"
            )
        }
        precondition(labels.count == model.configuration.labels, "Classifier: \(labels.count) labels")
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
                "\(path): its labels are numbers (`LABEL_0` and so on), which transformers writes where none were named; name them"
                    + " in config.json (`id2label`)")
        }
        try self.init(folder.load(for: .inference).model, tokenizer, labels: labels, remarks: remarks)
    }

    /// What the model says about each headline, in their order.
    /// - Throws: `ClassificationError` for a headline without any letter, digit or sign, and for a model whose logits are not
    ///   finite.
    public func classify(_ headlines: [String]) throws(ClassificationError) -> [Prediction] {
        try classify(headlines, first: 0)
    }

    /// The same for a part of the headlines that begins at `first`; errors name the place in the whole.
    func classify(_ headlines: [String], first: Int) throws(ClassificationError) -> [Prediction] {
        let scores = try scores(headlines, first: first)
        guard scores.allSatisfy({ $0.logits.allSatisfy(\.isFinite) }) else {
            throw ClassificationError(
                "the model's logits are not finite numbers, so no label can be told; its weights are damaged, or its training"
                    + " diverged", category: .invalidInput)
        }
        return scores.map { Prediction(candidates: candidates($0.logits), isCut: $0.isCut) }
    }

    /// The scores of one headline before they become probabilities.
    public struct Score: Sendable, Hashable {
        /// One for each label, in the order of ``labels``; not finite when the model is damaged.
        public let logits: [Float]
        /// Whether the headline had more tokens than the model has positions, so that its end was not read.
        public let isCut: Bool
    }

    /// The scores of each headline, in their order: what calibration and other figures are computed from.
    /// - Throws: `ClassificationError` for a headline without any letter, digit or sign.
    public func scores(_ headlines: [String]) throws(ClassificationError) -> [Score] {
        try scores(headlines, first: 0)
    }

    private func scores(_ headlines: [String], first: Int) throws(ClassificationError) -> [Score] {
        let room = model.configuration.contextLength - 2
        var sequences: [[Int32]] = []
        var isCut: [Bool] = []
        for (number, headline) in headlines.enumerated() {
            let ids = tokenizer.encode(headline)
            guard !ids.isEmpty else {
                throw ClassificationError("is empty, expected some text", headline: first + number)
            }
            isCut.append(ids.count > room)
            sequences.append(tokenizer.framed(ids.prefix(room)))
        }
        var scores: [Score] = []
        for batch in Packing.batches(of: sequences.map(\.count), rows: Self.tokensPerBatch) {
            for (number, logits) in zip(batch, logits(of: sequences[batch])) {
                scores.append(Score(logits: logits, isCut: isCut[number]))
            }
        }
        return scores
    }

    private func logits(of sequences: ArraySlice<[Int32]>) -> [[Float]] {
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

/// A request that cannot be answered as asked.
public struct ClassificationError: ReportableError, Equatable {
    /// The sentence; that about a headline begins behind its subject.
    public let problem: String
    /// The place of the headline it is about among those given, from 0.
    public let headline: Int?
    public let category: ErrorCategory

    public init(_ problem: String, headline: Int? = nil, category: ErrorCategory = .invalidRequest) {
        (self.problem, self.headline, self.category) = (problem, headline, category)
    }

    public var description: String { headline.map { "headline \($0 + 1) \(problem)" } ?? problem }
}
