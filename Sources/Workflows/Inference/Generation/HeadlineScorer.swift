import ModelFolders
public import Models
import NumericCore
public import Tokenization

/// Scores headlines by how likely a generator finds them, token by token, which perplexity is computed from.
public final class HeadlineScorer {
    /// The predicted tokens of a headline and the loss of each.
    public struct Score: Sendable, Hashable {
        /// The tokens, and the end of text unless the headline was cut short.
        public let targets: [Int32]
        /// The −log of the probability of each, in nats.
        public let nats: [Double]
        /// True if the headline had more tokens than the model has positions, so that its end was not scored.
        public let isCut: Bool
    }

    private let model: GPT2
    private let tokenizer: ByteLevelBPE
    private let endOfText: Int32

    /// The number of tokens of a pass: enough for the products to run at full speed.
    private static let tokensPerBatch = 2_048

    /// Creates a scorer. Throws unless model and vocabulary fit and the vocabulary has an end-of-text token.
    public init(_ model: GPT2, _ tokenizer: ByteLevelBPE) throws(GenerationError) {
        endOfText = try DecodingLoop.checkedEndOfText(model, tokenizer)
        (self.model, self.tokenizer) = (model, tokenizer)
    }

    /// Loads a generator's model folder.
    public convenience init(folder path: String) throws {
        let folder = try GeneratorFolder(path: path)
        try self.init(folder.load(for: .inference).model, folder.tokenizer)
    }

    /// Returns the scores of headlines, in their order. A headline of tokens t1 … tn is read as `end t1 … tn` and predicts
    /// `t1 … tn end`, as in training.
    /// - Parameter progress: receives the number of headlines scored so far, after each pass.
    public func scores(of headlines: [String], progress: (Int) -> Void = { _ in }) -> [Score] {
        let contextLength = model.configuration.contextLength
        let targets = headlines.map { headline -> (ids: [Int32], isCut: Bool) in
            let ids = tokenizer.encode(headline)
            return ids.count < contextLength ? (ids + [endOfText], false) : (Array(ids.prefix(contextLength)), true)
        }
        var scores: [Score] = []
        scores.reserveCapacity(headlines.count)
        while scores.count < targets.count {
            var batch: [(ids: [Int32], isCut: Bool)] = []
            var tokens = 0
            for target in targets[scores.count...] {
                guard batch.isEmpty || tokens + target.ids.count <= Self.tokensPerBatch else { break }
                batch.append(target)
                tokens += target.ids.count
            }
            let nats = model.losses(
                batch.flatMap { [endOfText] + $0.ids.dropLast() }, Segments(lengths: batch.map(\.ids.count)),
                targets: batch.flatMap(\.ids))
            var start = 0
            for target in batch {
                let end = start + target.ids.count
                scores.append(Score(targets: target.ids, nats: Array(nats[start..<end]), isCut: target.isCut))
                start = end
            }
            progress(scores.count)
        }
        return scores
    }
}
