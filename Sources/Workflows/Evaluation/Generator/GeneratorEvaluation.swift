import Foundation
import HeadlineData
import Inference
public import ModelFolders
import Models
import Reports
public import Statistics
import Tokenization

/// All that is found out about a generator on headlines.
public struct GeneratorEvaluation {
    public let model: ModelIdentity
    /// The untuned model, and the classifier that labels samples, where they were given.
    public let base: ModelIdentity?
    public let classifier: ModelIdentity?
    public let data: EvaluationData
    public let likelihoods: HeadlineLikelihoods
    /// The overall figures.
    public let measures: [Measure]
    /// Nats per token at each place of a headline, from the first.
    public let positions: [Position]
    public let slices: [SliceFigures]
    public let baselines: [BaselineResult]
    public let samples: GeneratedSamples
    public let seed: UInt64
    public let resamples: Int
    public let command: String

    /// How hard the tokens at one place of headlines are.
    public struct Position: Sendable {
        /// From 1.
        public let place: Int
        public let nats: BootstrapInterval
    }

    /// The figures of some of the headlines.
    public struct SliceFigures: Sendable {
        /// What the slices are by.
        public let title: String
        public let rows: [Row]
        /// What is not among them, as a sentence; `nil` when all are.
        public let omission: String?

        /// One slice.
        public struct Row: Sendable {
            public let name: String
            public let count: Int
            public let perplexity: BootstrapInterval
            /// `nil` when all headlines were cut.
            public let bitsPerByte: BootstrapInterval?
        }
    }

    /// Something simpler beside the model.
    public struct BaselineResult: Sendable {
        /// A name for `report.json`: `unigram`, `trigram` or `base`.
        public let name: String
        /// What people call it.
        public let title: String
        /// Per token; `nil` where its tokens are others.
        public let perplexity: BootstrapInterval?
        public let perplexityPerWord: BootstrapInterval?
        public let bitsPerByte: BootstrapInterval?
        /// Bits per byte of the model (B) against the baseline (A), on the same headlines.
        public let comparison: PairedComparison?
    }

    /// Judges the model in a folder.
    /// - Parameter base: The folder of the untuned model, if there is one.
    /// - Throws: `EvaluationError` for a model that gives no numbers or no words, `GenerationError` for sampling options out of
    ///   range, `FileError` for a folder that cannot be used.
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
            scorer, folder: folder, data, stage: "scoring \(NumberText.headlines(data.headlines.count))", context)
        context.progress("intervals", 0)
        positions = Self.positions(likelihoods, context.bootstrap)
        slices = Self.slices(data, likelihoods, context.bootstrap)
        baselines = try Self.baselines(found, data, likelihoods, base: base, context)
        samples = try GeneratedSamples(
            try Generator(loaded, found.tokenizer), data: data, request,
            classifier: request.classifier.map { try Classifier(folder: $0) }, context)
        measures = Self.measures(likelihoods, samples, context.bootstrap)
        (seed, resamples, command) = (context.bootstrap.seed, context.bootstrap.resamples, context.command)
    }

    /// The names that thresholds may have.
    public static let measureNames = [
        "perplexity", "perplexityPerWord", "bitsPerByte", "distinct1", "distinct2", "distinct3", "selfBLEU",
        "repetition2", "lengthDistance", "emptyShare", "naturalEndings", "duplicateShare", "copiedShare",
        "categoryDistance", "categoryConsistency",
    ]

    private static func measures(
        _ scores: HeadlineLikelihoods, _ samples: GeneratedSamples, _ bootstrap: Bootstrap
    ) -> [Measure] {
        var measures = [
            Measure(
                "perplexity", "perplexity per token", scores.perplexity(bootstrap), .decimals(2), isLargerBetter: false)
        ]
        if let words = scores.perplexityPerWord(bootstrap), let bits = scores.bitsPerByte(bootstrap) {
            measures += [
                Measure("perplexityPerWord", "perplexity per word", words, .decimals(1), isLargerBetter: false),
                Measure("bitsPerByte", "bits per byte", bits, .decimals(3), isLargerBetter: false),
            ]
        }
        let found = samples.statistics
        for (index, share) in found.distinct.enumerated() {
            let title = ["different words", "different word pairs", "different word triples"][index]
            measures.append(Measure("distinct\(index + 1)", title, share, .percent(1), isLargerBetter: nil))
        }
        if let bleu = found.selfBLEU {
            measures.append(
                Measure("selfBLEU", "likeness of samples (self-BLEU)", bleu, .decimals(3), isLargerBetter: nil))
        }
        measures += [
            Measure(
                "repetition2", "word pairs repeated in a sample", found.repetition[1], .percent(1), isLargerBetter: nil),
            Measure(
                "lengthDistance", "words too long or short, on average", found.lengths.distance, .decimals(2),
                isLargerBetter: false),
            Measure("emptyShare", "samples without a word", samples.emptyShare, .percent(1), isLargerBetter: false),
            Measure(
                "naturalEndings", "samples that end by themselves", samples.naturalEndings, .percent(1),
                isLargerBetter: true),
            Measure(
                "duplicateShare", "samples that repeat another", found.duplicateShare, .percent(1),
                isLargerBetter: false),
        ]
        if let copied = samples.copiedShare {
            measures.append(
                Measure("copiedShare", "samples copied, exactly or nearly", copied, .percent(1), isLargerBetter: false))
        }
        if let categories = samples.categories {
            measures.append(
                Measure(
                    "categoryDistance", "category mix, distance from real", categories.distance, .decimals(3),
                    isLargerBetter: false))
            if let consistency = categories.consistency {
                measures.append(
                    Measure(
                        "categoryConsistency", "completions of the prompt's category", consistency, .percent(1),
                        isLargerBetter: true))
            }
        }
        return measures
    }

    /// Places that fewer headlines reach say nothing; later ones than the last are left out.
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
    ) -> [SliceFigures] {
        let (nats, tokens) = (scores.nats, scores.tokens)
        let kinds: [HeadlineSlices?] = [
            HeadlineSlices.byLength(data.headlines), HeadlineSlices.byCategory(data.headlines),
            HeadlineSlices.byDate(data.headlines), HeadlineSlices.bySource(data.headlines),
        ]
        return kinds.compactMap(\.self).filter { !$0.slices.isEmpty }.map { slices in
            SliceFigures(
                title: slices.title,
                rows: slices.slices.map { slice in
                    let whole = slice.rows.filter { !scores.isCut[$0] }
                    return .init(
                        name: slice.name, count: slice.rows.count,
                        perplexity: bootstrap.perplexity(
                            nats: slice.rows.map { nats[$0] }, tokens: slice.rows.map { tokens[$0] }),
                        bitsPerByte: whole.isEmpty
                            ? nil
                            : bootstrap.ratio(
                                of: whole.map { nats[$0] / log(2) }, to: whole.map { Double(scores.bytes[$0]) }))
                }, omission: slices.omission)
        }
    }
}
