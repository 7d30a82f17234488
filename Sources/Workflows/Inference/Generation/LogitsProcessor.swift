package import Tokenization

/// Penalties and bans: what changes the logits before a token is chosen, in the order of transformers' processors.
package struct LogitsProcessor {
    private let options: SamplingOptions
    /// What ends a headline: the end-of-text token and, where they end it, all tokens with a line break.
    private let ends: [Int32]
    /// Runs of tokens whose last one is not chosen behind the others.
    private let banned: [[Int32]]

    /// - Parameter tokenizer: whose tokens spell the banned words; `nil` for rules without any.
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

    /// The tokens of each word in every form that is banned.
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

    /// Changes `scores`, one per entry of the vocabulary.
    /// - Parameters:
    ///   - prompt: the tokens before the completion.
    ///   - completion: those added so far.
    ///   - mayEnd: whether the end of the headline may be chosen now.
    package func apply(to scores: inout [Float], prompt: [Int32], completion: [Int32], mayEnd: Bool) {
        if options.repetitionPenalty != 1 {
            let penalty = Float(options.repetitionPenalty)
            for id in Set(prompt).union(completion) {
                let score = scores[Int(id)]
                scores[Int(id)] = score > 0 ? score / penalty : score * penalty
            }
        }
        if options.presencePenalty != 0 {
            for id in Set(completion) { scores[Int(id)] -= Float(options.presencePenalty) }
        }
        if options.noRepeatNGram > 0 { banRepeats(in: &scores, prompt + completion) }
        for run in banned where completion.suffix(run.count - 1).elementsEqual(run.dropLast()) {
            scores[Int(run[run.count - 1])] = -.infinity
        }
        if !mayEnd || completion.count < options.minimumNewTokens {
            for id in ends { scores[Int(id)] = -.infinity }
        }
    }

    /// Bans each token that would end a run of `noRepeatNGram` tokens that has occurred.
    private func banRepeats(in scores: inout [Float], _ tokens: [Int32]) {
        let length = options.noRepeatNGram
        guard tokens.count >= length else { return }
        let beginning = tokens.suffix(length - 1)
        for start in 0...(tokens.count - length)
        where tokens[start..<start + length - 1].elementsEqual(beginning) {
            scores[Int(tokens[start + length - 1])] = -.infinity
        }
    }
}
