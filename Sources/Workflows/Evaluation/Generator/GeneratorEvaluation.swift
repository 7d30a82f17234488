import Foundation
import HeadlineData
import Inference
public import ModelFolders
import Models
import Reports
public import Statistics
import Text
import Tokenization

/// The evaluation of a generator on headlines.
public struct GeneratorEvaluation {
    /// The generator.
    public let model: ModelIdentity
    /// The base model, if one was given.
    public let base: ModelIdentity?
    /// The classifier that labels samples, if one was given.
    public let classifier: ModelIdentity?
    /// The headlines that the generator is evaluated on.
    public let data: EvaluationData
    /// The likelihoods of those headlines.
    public let likelihoods: HeadlineLikelihoods
    /// The overall metrics.
    public let metrics: [Metric]
    /// The nats per token at each position of a headline, from the first.
    public let positions: [Position]
    /// The results by length, category, date and source.
    public let slices: [SliceTable<SliceRow>]
    /// The results of simpler models.
    public let baselines: [BaselineResult]
    /// The generated headlines and their statistics.
    public let samples: GeneratedSamples
    /// The seed of the bootstrap.
    public let seed: UInt64
    /// The number of bootstrap resamples.
    public let resamples: Int
    /// The command as it was typed, for the report.
    public let command: String
    /// The names of optional inputs in advice.
    let inputs: InputNames

    /// The nats of the tokens at one position of headlines.
    public struct Position: Sendable {
        /// The position, from 1.
        public let place: Int
        /// The mean nats of the tokens there.
        public let nats: BootstrapInterval
    }

    /// The results of one slice.
    public struct SliceRow: Sendable {
        /// The name of the slice.
        public let name: String
        /// The number of its headlines.
        public let count: Int
        /// The perplexity per token on them.
        public let perplexity: BootstrapInterval
        /// The bits per byte on them; `nil` if all were cut off.
        public let bitsPerByte: BootstrapInterval?
    }

    /// The result of a simpler model.
    public struct BaselineResult: Sendable {
        /// The name for `report.json`: `unigram`, `trigram` or `base`.
        public let name: String
        /// The name for people.
        public let title: String
        /// The perplexity per token; `nil` if its tokens are different.
        public let perplexity: BootstrapInterval?
        /// The perplexity per word.
        public let perplexityPerWord: BootstrapInterval?
        /// The bits per byte.
        public let bitsPerByte: BootstrapInterval?
        /// The bits per byte of the model (B) against the baseline (A), on the same headlines.
        public let comparison: PairedComparison?

        /// The title within a sentence.
        var phrase: String { name == "trigram" ? "a simple \(title)" : name == "base" ? "the \(title)" : title }
    }

    /// Evaluates the model in a folder.
    /// - Parameter base: The folder of the base model, if there is one.
    /// - Throws: `EvaluationError` for scores that are not finite or samples that are all empty, `GenerationError` for sampling
    ///   options out of range, `FileError` for a folder that cannot be used.
    public init(
        folder: String, data: EvaluationData, base baseFolder: String?, samples request: GeneratedSamples.Request,
        _ context: EvaluationContext
    ) throws {
        model = try ModelIdentity(folder, expected: .generator)
        base = try baseFolder.map { try ModelIdentity($0, expected: .generator) }
        classifier = try request.classifier.map { try ModelIdentity($0, expected: .classifier) }
        self.data = data
        let found = try GeneratorFolder(path: folder)
        let loaded = try found.load(for: .inference).model
        let scorer = try HeadlineScorer(loaded, found.tokenizer)
        likelihoods = try HeadlineLikelihoods(
            scorer, folder: folder, data, stage: "scoring \(Formatting.count(data.headlines.count, "headline"))",
            context)
        context.progress("intervals", 0)
        positions = Self.positions(likelihoods, context.bootstrap)
        slices = Self.slices(data, likelihoods, context.bootstrap)
        baselines = try Self.baselines(found, data, likelihoods, base: base, context)
        samples = try GeneratedSamples(
            try Generator(loaded, found.tokenizer), data: data, request,
            classifier: request.classifier.map { try Classifier(folder: $0) }, context)
        metrics = Self.metrics(likelihoods, samples, context.bootstrap)
        (seed, resamples, command) = (context.bootstrap.seed, context.bootstrap.resamples, context.command)
        inputs = context.inputs
    }

    /// The names of the metrics that thresholds can be set on.
    public static let metricNames = [
        "perplexity", "perplexityPerWord", "bitsPerByte", "distinct1", "distinct2", "distinct3", "selfBLEU",
        "repetition2", "lengthDistance", "emptyShare", "naturalEndings", "duplicateShare", "copiedShare",
        "categoryDistance", "categoryConsistency",
    ]

    private static func metrics(
        _ scores: HeadlineLikelihoods, _ samples: GeneratedSamples, _ bootstrap: Bootstrap
    ) -> [Metric] {
        var metrics = [
            Metric(
                "perplexity", "perplexity per token", scores.perplexity(bootstrap), .decimals(2), isLargerBetter: false)
        ]
        if let words = scores.perplexityPerWord(bootstrap), let bits = scores.bitsPerByte(bootstrap) {
            metrics += [
                Metric("perplexityPerWord", "perplexity per word", words, .decimals(1), isLargerBetter: false),
                Metric("bitsPerByte", "bits per byte", bits, .decimals(3), isLargerBetter: false),
            ]
        }
        let found = samples.statistics
        for (index, share) in found.distinct.enumerated() {
            let title = ["distinct words", "distinct word pairs", "distinct word triples"][index]
            metrics.append(Metric("distinct\(index + 1)", title, share, .percent(1), isLargerBetter: nil))
        }
        if let bleu = found.selfBLEU {
            metrics.append(
                Metric("selfBLEU", "similarity of samples (self-BLEU)", bleu, .decimals(3), isLargerBetter: nil))
        }
        metrics += [
            Metric(
                "repetition2", "repeated word pairs in a sample", found.repetition[1], .percent(1), isLargerBetter: nil),
            Metric(
                "lengthDistance", "length difference from real, in words", found.lengths.distance, .decimals(2),
                isLargerBetter: false),
            Metric("emptyShare", "empty samples", samples.emptyShare, .percent(1), isLargerBetter: false),
            Metric(
                "naturalEndings", "samples that end naturally", samples.naturalEndings, .percent(1),
                isLargerBetter: true),
            Metric(
                "duplicateShare", "samples that repeat another", found.duplicateShare, .percent(1),
                isLargerBetter: false),
        ]
        if let copied = samples.copiedShare {
            metrics.append(
                Metric("copiedShare", "samples copied from training", copied, .percent(1), isLargerBetter: false))
        }
        if let categories = samples.categories {
            metrics.append(
                Metric(
                    "categoryDistance", "category mix, distance from real", categories.distance, .decimals(3),
                    isLargerBetter: false))
            if let consistency = categories.consistency {
                metrics.append(
                    Metric(
                        "categoryConsistency", "completions in the prompt's category", consistency, .percent(1),
                        isLargerBetter: true))
            }
        }
        return metrics
    }

    /// The fewest headlines that must reach a position, and the last position that is kept.
    static let (minimumAtPosition, lastPosition) = (20, 40)

    private static func positions(_ scores: HeadlineLikelihoods, _ bootstrap: Bootstrap) -> [Position] {
        let longest = scores.tokens.max() ?? 0
        return (0..<min(longest, lastPosition)).compactMap { place in
            let nats = scores.tokenNats.compactMap { place < $0.count ? $0[place] : nil }
            guard nats.count >= min(minimumAtPosition, scores.tokenNats.count) else { return nil }
            return Position(place: place + 1, nats: bootstrap.mean(of: nats))
        }
    }

    private static func slices(
        _ data: EvaluationData, _ scores: HeadlineLikelihoods, _ bootstrap: Bootstrap
    ) -> [SliceTable<SliceRow>] {
        let (nats, tokens) = (scores.nats, scores.tokens)
        let kinds: [HeadlineSlices?] = [
            HeadlineSlices.byLength(data.headlines), HeadlineSlices.byCategory(data.headlines),
            HeadlineSlices.byDate(data.headlines), HeadlineSlices.bySource(data.headlines),
        ]
        return kinds.compactMap(\.self).filter { !$0.slices.isEmpty }.map { slices in
            slices.table { name, rows in
                let whole = rows.filter { !scores.isCut[$0] }
                return SliceRow(
                    name: name, count: rows.count,
                    perplexity: bootstrap.perplexity(nats: rows.map { nats[$0] }, tokens: rows.map { tokens[$0] }),
                    bitsPerByte: whole.isEmpty
                        ? nil
                        : bootstrap.ratio(
                            of: whole.map { nats[$0] / log(2) }, to: whole.map { Double(scores.bytes[$0]) }))
            }
        }
    }
}
