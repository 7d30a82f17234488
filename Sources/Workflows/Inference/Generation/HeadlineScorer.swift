import ModelFolders
public import Models
import NumericCore
public import Tokenization

/// How likely a generator finds headlines, token by token: what perplexity is made of.
public final class HeadlineScorer {
    /// A headline's predicted tokens and what each cost.
    public struct Score: Sendable, Hashable {
        /// The tokens, and the end of text unless the headline was cut.
        public let targets: [Int32]
        /// −log of the probability of each, in nats.
        public let nats: [Double]
        /// Whether the headline had more tokens than the model has positions, so that its end was not scored.
        public let isCut: Bool
    }

    private let model: GPT2
    private let tokenizer: ByteLevelBPE
    private let frame: HeadlineFrame

    /// Tokens computed at a time: enough for the products to run at full speed.
    private static let tokensPerBatch = 2_048

    /// Throws unless model and vocabulary fit and the vocabulary has an end-of-text token.
    public init(_ model: GPT2, _ tokenizer: ByteLevelBPE) throws(GenerationError) {
        frame = .generator(endOfText: try DecodingLoop.checkedEndOfText(model, tokenizer))
        (self.model, self.tokenizer) = (model, tokenizer)
    }

    /// Loads a generator's model folder.
    public convenience init(folder path: String) throws {
        let folder = try GeneratorFolder(path: path)
        try self.init(folder.load(for: .inference).model, folder.tokenizer)
    }

    /// The scores of headlines, in their order. A headline of tokens t1 … tn is read as `end t1 … tn` and predicts
    /// `t1 … tn end`, as in training.
    /// - Parameter progress: told how many headlines have been scored, now and then.
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
