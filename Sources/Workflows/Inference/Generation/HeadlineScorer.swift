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
    private let frame: HeadlineFrame

    /// The number of tokens of a pass: enough for the products to run at full speed.
    private static let tokensPerBatch = 2_048

    /// Creates a scorer. Throws unless model and vocabulary fit and the vocabulary has an end-of-text token.
    public init(_ model: GPT2, _ tokenizer: ByteLevelBPE) throws(GenerationError) {
        frame = .generator(endOfText: try DecodingLoop.checkedEndOfText(model, tokenizer))
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
        let framed = headlines.map { frame.framed(tokenizer.encode($0), maximumTokens: contextLength) }
        var scores: [Score] = []
        scores.reserveCapacity(headlines.count)
        for batch in Packing.batches(of: framed.map(\.tokens.count), rows: Self.tokensPerBatch) {
            var inputs: [Int32] = []
            for headline in framed[batch] { frame.appendInputs(for: headline.tokens, to: &inputs) }
            let segments = Segments(lengths: framed[batch].map(\.tokens.count))
            let nats = model.losses(inputs, segments, targets: framed[batch].flatMap(\.tokens))
            for (segment, headline) in framed[batch].enumerated() {
                scores.append(
                    Score(
                        targets: headline.tokens, nats: Array(nats[segments.rows(of: segment)]), isCut: headline.isCut))
            }
            progress(scores.count)
        }
        return scores
    }
}
