import Autograd
public import Files
import Foundation
public import Models
import NumericCore
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
    private let model: BERTClassifier
    private let tokenizer: WordPieceTokenizer

    /// Tokens computed at a time: enough for the products to be efficient, few enough to take little memory.
    private static let tokensPerBatch = 2048

    /// Throws unless model, vocabulary and labels fit.
    public init(_ model: BERTClassifier, _ tokenizer: WordPieceTokenizer, labels: [String]) throws(ClassificationError)
    {
        guard tokenizer.vocabularySize <= model.configuration.vocabularySize else {
            throw ClassificationError(
                "the tokenizer has \(tokenizer.vocabularySize) entries, the model only \(model.configuration.vocabularySize)"
            )
        }
        precondition(labels.count == model.configuration.labels, "Classifier: \(labels.count) labels")
        self.model = model
        self.tokenizer = tokenizer
        self.labels = labels
    }

    /// Loads a classifier's model folder.
    public convenience init(folder path: String) throws {
        let folder = try ClassifierFolder(path: path)
        try self.init(
            folder.load(for: .inference).model, WordPieceTokenizer(folder: URL(fileURLWithPath: path)),
            labels: folder.configuration.labels)
    }

    /// What the model says about each headline, in their order.
    /// - Throws: `ClassificationError` for a headline without any letter, digit or sign.
    public func classify(_ headlines: [String]) throws(ClassificationError) -> [Prediction] {
        try classify(headlines, first: 0, of: headlines.count)
    }

    /// The same for a part of `count` headlines that begins at `first`; errors name the place in the whole.
    func classify(_ headlines: [String], first: Int, of count: Int) throws(ClassificationError) -> [Prediction] {
        try scores(headlines, first: first, of: count).map { score in
            Prediction(candidates: candidates(score.logits), isCut: score.isCut)
        }
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
        try scores(headlines, first: 0, of: headlines.count)
    }

    private func scores(_ headlines: [String], first: Int, of count: Int) throws(ClassificationError) -> [Score] {
        let room = model.configuration.positions - 2
        var sequences: [[Int32]] = []
        var isCut: [Bool] = []
        for (number, headline) in headlines.enumerated() {
            let ids = tokenizer.encode(headline)
            guard !ids.isEmpty else {
                let which = count == 1 ? "the headline" : "headline \(first + number + 1)"
                throw ClassificationError("\(which) is empty, expected some text")
            }
            isCut.append(ids.count > room)
            sequences.append(tokenizer.framed(ids.prefix(room)))
        }
        var scores: [Score] = []
        var start = 0
        while start < sequences.count {
            var end = start + 1
            var tokens = sequences[start].count
            while end < sequences.count, tokens + sequences[end].count <= Self.tokensPerBatch {
                tokens += sequences[end].count
                end += 1
            }
            for (row, logits) in logits(of: sequences[start..<end]).enumerated() {
                scores.append(Score(logits: logits, isCut: isCut[start + row]))
            }
            start = end
        }
        return scores
    }

    private func logits(of sequences: ArraySlice<[Int32]>) -> [[Float]] {
        var offsets: [Int32] = [0]
        for sequence in sequences { offsets.append(offsets[offsets.count - 1] + Int32(sequence.count)) }
        let logits = model(sequences.flatMap { $0 }, Segments(offsets: offsets)).value.elements  // [S, K]
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
    public let description: String
    public var exitStatus: ExitStatus { .usage }

    public init(_ description: String) { self.description = description }
}
