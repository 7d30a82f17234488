import Baselines
import Foundation
import HeadlineData
import Inference
import ModelFolders
import Models
import Statistics
import Tokenization

extension GeneratorEvaluation {
    /// Returns the results of n-gram counts and of the base model on the same headlines.
    static func baselines(
        _ folder: GeneratorFolder, _ data: EvaluationData, _ scores: HeadlineLikelihoods, base: ModelIdentity?,
        _ context: EvaluationContext
    ) throws -> [BaselineResult] {
        var results: [BaselineResult] = []
        if !data.training.isEmpty, let end = folder.tokenizer.endOfText {
            let contextLength = folder.configuration.model.contextLength
            let frame = HeadlineFrame.generator(endOfText: end)
            var (targets, offsets): ([Int32], [Int]) = ([], [0])
            for (row, headline) in data.training.enumerated() {
                if row % 1_000 == 0 {
                    context.progress("counting tokens", Double(row) / Double(data.training.count))
                }
                targets += frame.framed(folder.tokenizer.encode(headline.text), maximumTokens: contextLength).tokens
                offsets.append(targets.count)
            }
            let size = folder.configuration.model.vocabularySize
            let unigram = UnigramModel(targets, vocabularySize: size)
            results.append(
                result(
                    "unigram", "token frequencies", scores.targets.map { unigram.nats(of: $0) }, of: scores, context
                ))
            if size <= KneserNeyTrigram.maximumVocabulary {
                context.progress("counting trigrams", 0)
                let trigram = KneserNeyTrigram(targets, offsets: offsets, end: end, vocabularySize: size)
                let flat = scores.targets.flatMap(\.self)
                let offsets = scores.targets.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
                results.append(
                    result(
                        "trigram", "trigram model (Kneser-Ney)", trigram.nats(of: flat, offsets: offsets),
                        of: scores, context))
            }
        }
        if let base { results.append(try baseResult(base.path, folder, data, scores, context)) }
        return results
    }

    private static func baseResult(
        _ base: String, _ folder: GeneratorFolder, _ data: EvaluationData, _ scores: HeadlineLikelihoods,
        _ context: EvaluationContext
    ) throws -> BaselineResult {
        let found = try GeneratorFolder(path: base)
        let other = try HeadlineLikelihoods(
            try HeadlineScorer(found.load(for: .inference).model, found.tokenizer), folder: base, data,
            stage: "scoring with the base model", context)
        let isSame = other.targets == scores.targets
        let whole = scores.whole.filter { !other.isCut[$0] }
        let (a, b) = (other.nats, scores.nats)
        return BaselineResult(
            name: "base", title: "base model", perplexity: isSame ? other.perplexity(context.bootstrap) : nil,
            perplexityPerWord: other.perplexityPerWord(context.bootstrap),
            bitsPerByte: other.bitsPerByte(context.bootstrap),
            comparison: bitsPerByte(whole.map { a[$0] }, whole.map { b[$0] }, whole.map { scores.bytes[$0] }, context))
    }

    /// Returns the result of a model with the same tokens, from its nats for each headline.
    private static func result(
        _ name: String, _ title: String, _ nats: [Double], of scores: HeadlineLikelihoods, _ context: EvaluationContext
    ) -> BaselineResult {
        let (rows, own, bootstrap) = (scores.whole, scores.nats, context.bootstrap)
        let wholeNats = rows.map { nats[$0] }
        return BaselineResult(
            name: name, title: title, perplexity: bootstrap.perplexity(nats: nats, tokens: scores.tokens),
            perplexityPerWord: rows.isEmpty
                ? nil : bootstrap.perplexity(nats: wholeNats, tokens: rows.map { scores.words[$0] }),
            bitsPerByte: rows.isEmpty
                ? nil
                : bootstrap.ratio(of: wholeNats.map { $0 / log(2) }, to: rows.map { Double(scores.bytes[$0]) }),
            comparison: bitsPerByte(wholeNats, rows.map { own[$0] }, rows.map { scores.bytes[$0] }, context))
    }

    /// Compares the bits per byte of two models on the same headlines; `nil` if there are none.
    static func bitsPerByte(
        _ a: [Double], _ b: [Double], _ bytes: [Int], _ context: EvaluationContext
    ) -> PairedComparison? {
        guard !bytes.isEmpty else { return nil }
        return PairedComparison(
            ratioOf: a.map { $0 / log(2) }, b.map { $0 / log(2) }, to: bytes.map(Double.init), isLargerBetter: false,
            context.bootstrap)
    }
}
