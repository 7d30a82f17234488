package import Tokenization

/// The penalties and bans that change the logits before a token is chosen, in the order of transformers' processors.
package struct LogitsProcessor {
    private let options: SamplingOptions
    /// The tokens that end a headline: the end-of-text token and, where they end it, all tokens with a line break.
    private let ends: [Int32]
    /// Runs of tokens whose last one is not chosen after the others.
    private let banned: [[Int32]]

    /// Creates the penalties and bans of `options`.
    /// - Parameter tokenizer: the tokenizer that spells banned words and line breaks; `nil` for rules without either.
    package init(_ options: SamplingOptions, tokenizer: ByteLevelBPE?) {
        self.options = options
        ends = tokenizer.map { Self.ends($0, options) } ?? []
        banned = tokenizer.map { Self.runs(of: options.bannedWords, $0) } ?? []
    }

    private static func ends(_ tokenizer: ByteLevelBPE, _ options: SamplingOptions) -> [Int32] {
        let end = tokenizer.endOfText.map { [$0] } ?? []
        // Only these two options ever ban an end; without them the vocabulary is not searched.
        guard options.endsAtNewline, options.balancesQuotes || options.minimumNewTokens > 0 else { return end }
        return end
            + (0..<Int32(tokenizer.vocabularySize)).filter { id in
                tokenizer.bytes(of: id).contains { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
            }
    }

    /// Returns the tokens of each word in every form that is banned.
    private static func runs(of words: [String], _ tokenizer: ByteLevelBPE) -> [[Int32]] {
        var runs: Set<[Int32]> = []
        for word in words {
            let capital = word.prefix(1).uppercased() + word.dropFirst()
            for form in [word, word.lowercased(), word.uppercased(), capital] {
                for text in [form, " " + form] { runs.insert(tokenizer.encode(text)) }
            }
        }
        return runs.filter { !$0.isEmpty }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// Changes `scores`.
    /// - Parameters:
    ///   - history: the tokens of the prompt and of the completion so far.
    ///   - mayEnd: true if the end of the headline may be chosen now.
    package func apply(to scores: inout ScoreRow, _ history: TokenHistory, mayEnd: Bool) {
        if options.repetitionPenalty != 1 {
            let penalty = Float(options.repetitionPenalty)
            history.forEachOccurred { id in
                let score = scores[id]
                scores[id] = score > 0 ? score / penalty : score * penalty
            }
        }
        if options.presencePenalty != 0 {
            for id in history.distinct { scores[id] -= Float(options.presencePenalty) }
        }
        if options.noRepeatNGram > 0 { banRepeats(in: &scores, history.tokens) }
        let completion = history.completion
        for run in banned where completion.suffix(run.count - 1).elementsEqual(run.dropLast()) {
            scores.ban(run[run.count - 1])
        }
        if !mayEnd || completion.count < options.minimumNewTokens {
            for id in ends { scores.ban(id) }
        }
    }

    /// Bans each token that would end a run of `noRepeatNGram` tokens that has occurred.
    private func banRepeats(in scores: inout ScoreRow, _ tokens: [Int32]) {
        let length = options.noRepeatNGram
        guard tokens.count >= length else { return }
        let beginning = tokens.suffix(length - 1)
        for start in 0...(tokens.count - length)
        where tokens[start..<start + length - 1].elementsEqual(beginning) {
            scores.ban(tokens[start + length - 1])
        }
    }
}
