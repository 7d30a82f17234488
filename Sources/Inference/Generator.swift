import Autograd
public import Models
import NeuralNetwork
import NumericCore
public import Tokenization

/// Completes headlines with a GPT-2: text in, text out.
public final class Generator {
    /// One way to go on from a prompt.
    public struct Completion: Sendable, Hashable {
        /// The prompt as it was continued, without white space at its end.
        public let prompt: String
        /// What was written after it.
        public let text: String
        /// The tokens of `text`, without the end.
        public let tokens: [Int32]
        /// Whether the model ended the headline itself, rather than at the limit of new tokens or positions.
        public let endedByItself: Bool

        /// The whole headline.
        public var headline: String { prompt + text }
    }

    private let model: GPT2
    private let tokenizer: ByteLevelBPE
    private let endOfText: Int32

    /// Throws unless model and vocabulary fit and the vocabulary has an end-of-text token.
    public init(_ model: GPT2, _ tokenizer: ByteLevelBPE) throws(GenerationError) {
        guard let endOfText = tokenizer.endOfText else {
            throw GenerationError("the vocabulary has no end-of-text token, so no completion would know where to end")
        }
        guard tokenizer.vocabularySize <= model.configuration.vocabularySize else {
            throw GenerationError(
                "the tokenizer has \(tokenizer.vocabularySize) entries, the model only \(model.configuration.vocabularySize)"
            )
        }
        self.model = model
        self.tokenizer = tokenizer
        self.endOfText = endOfText
    }

    /// `count` candidates for one prompt, in the order of their random streams.
    ///
    /// The vocabulary's folder says what goes before a prompt: our own say the end-of-text token, behind which every headline
    /// is trained; a foreign one may say nothing. Where there is no token at all to go on from, the end-of-text token is it, so
    /// that an empty prompt writes whole headlines.
    public func complete(_ prompt: String, count: Int, options: SamplingOptions) throws(GenerationError) -> [Completion]
    {
        try options.check()
        guard (1...Self.mostCandidates).contains(count) else {
            throw GenerationError(
                "the number of completions is \(count), expected a whole number from 1 to \(Self.mostCandidates)")
        }
        // A headline never ends in white space, and "discover " would be continued by a word without its own space.
        let prompt = prompt.trimmingEnd()
        let ids = tokenizer.encode(prompt)
        var context = tokenizer.prefix + ids
        if context.isEmpty { context = [endOfText] }
        let room = model.configuration.positions - (context.count - ids.count) - 1
        guard ids.count <= room else {
            throw GenerationError(
                "the prompt has \(ids.count) tokens, and the model has room for \(room) before a completion of one; "
                    + "shorten the prompt")
        }
        return stride(from: 0, to: count, by: Self.group).flatMap { first in
            run(context, prompt: prompt, candidates: first..<min(first + Self.group, count), options: options)
        }
    }

    /// The most candidates of one request.
    private static let mostCandidates = 10_000
    /// How many are decoded side by side: enough for the products to be efficient, few enough for their caches to be small.
    private static let group = 32

    private func run(
        _ context: [Int32], prompt: String, candidates: Range<Int>, options: SamplingOptions
    ) -> [Completion] {
        let count = candidates.count
        let sampler = Sampler(options)
        let limit = min(options.maximumNewTokens, model.configuration.positions - context.count)
        let cache = model.makeCache(slots: count, capacity: context.count + limit)
        var generated = [[Int32]](repeating: [], count: count)
        var ended = [Bool](repeating: false, count: count)
        var live = Array(0..<count)
        var tokens = (0..<count).flatMap { _ in context }
        var segments = Segments(
            offsets: (0...count).map { Int32($0 * context.count) }, past: [Int32](repeating: 0, count: count),
            slots: (0..<count).map { Int32($0) })
        for position in 0..<limit {
            let hidden = model(tokens, segments, cache: cache).rows(segments.lastRows)  // [S, C]
            let logits = model.logits(hidden).value  // [S, V]
            for (row, candidate) in live.enumerated() {
                let next = logits.rows(row..<row + 1).withUnsafeElements { row in
                    sampler.next(
                        UnsafeBufferPointer(rebasing: row[..<tokenizer.vocabularySize]),
                        seen: context + generated[candidate], candidate: candidates.lowerBound + candidate,
                        position: position)
                }
                if next == endOfText { ended[candidate] = true } else { generated[candidate].append(next) }
            }
            live.removeAll { ended[$0] }
            if live.isEmpty { break }
            tokens = live.map { generated[$0][generated[$0].count - 1] }
            segments = Segments(
                offsets: (0...live.count).map { Int32($0) },
                past: live.map { Int32(context.count + generated[$0].count - 1) }, slots: live.map { Int32($0) })
        }
        return (0..<count).map { candidate in
            Completion(
                prompt: prompt, text: tokenizer.decode(generated[candidate]), tokens: generated[candidate],
                endedByItself: ended[candidate])
        }
    }
}

extension String {
    /// Without the white space at its end.
    fileprivate func trimmingEnd() -> String {
        var scalars = unicodeScalars[...]
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }
}
