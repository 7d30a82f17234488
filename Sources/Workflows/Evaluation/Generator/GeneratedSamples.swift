public import HeadlineData
public import Inference
public import Statistics
import Text

/// The headlines that a generator writes, and their statistics next to those of as many real headlines.
public struct GeneratedSamples: Sendable {
    /// Whole headlines from an empty prompt, without empty ones.
    public let texts: [String]
    /// The share of samples that are empty because the model ended them at once.
    public let emptyShare: BootstrapInterval
    /// The statistics of at most as many samples as there are evaluated headlines: some statistics fall with every sample.
    public let statistics: SampleStatistics
    /// The same statistics of equally many evaluated headlines.
    public let reference: SampleStatistics
    /// The share of `texts` that the model ended itself, before the limit of tokens.
    public let naturalEndings: BootstrapInterval
    /// The samples that copy a training headline, exactly or nearly; `nil` without a training file.
    public let copies: Leakage?
    /// The share of such samples; `nil` without a training file.
    public let copiedShare: BootstrapInterval?
    /// Completions of the prompts, or of openings of real headlines.
    public let page: [Prompt]
    /// The categories of samples, if a classifier was given.
    public let categories: Categories?
    /// The sampling options.
    public let options: SamplingOptions

    /// A prompt and its completions.
    public struct Prompt: Sendable {
        /// The prompt.
        public let text: String
        /// The real headline that it opens; `nil` for a prompt that was given.
        public let original: String?
        /// The completions.
        public let completions: [Completion]
        /// The category of each completion; empty without a classifier.
        public internal(set) var categories: [String] = []
    }

    /// The labels that a classifier gives to samples and to real headlines.
    public struct Categories: Sendable {
        /// The folder of the classifier.
        public let path: String
        /// Each label with its share of the samples and of the real headlines, the most frequent real one first.
        public let mix: [(label: String, samples: Double, real: Double)]
        /// The total variation distance of the two mixes: half the sum of the differences, 0 if equal and 1 if disjoint.
        public let distance: Double
        /// The distance between two sets of equally many real headlines: the part that is chance.
        public let usualDistance: Double
        /// The share of completions of real openings that get the label of the whole headline.
        public let consistency: BootstrapInterval?
        /// The value of `consistency` if completions had nothing to do with their prompts.
        public let chance: Double
        /// True if completions that all match their prompt's category could be told from chance; false where nearly all
        /// headlines have one label anyway.
        public let canTell: Bool
    }

    /// The samples and completions to generate.
    public struct Request: Sendable {
        /// The number of whole headlines.
        public var count = 200
        /// Prompts to complete; without any, openings of evaluated headlines.
        public var prompts: [String] = []
        /// The number of openings on the page.
        public var openings = 8
        /// The number of completions of each prompt on the page.
        public var completions = 3
        /// The number of openings that are completed once each to compare the categories of prompt and completion.
        public var consistencyOpenings = 100
        /// The sampling options.
        public var sampling = SamplingOptions()
        /// The folder of a classifier that labels samples.
        public var classifier: String?

        /// Creates the default request.
        public init() {}
    }

    /// Generates and labels the samples. Traps unless `request.count` is positive.
    init(
        _ generator: Generator, data: EvaluationData, _ request: Request, classifier: Classifier?,
        _ context: EvaluationContext
    ) throws {
        options = request.sampling
        var whole: [Completion] = []
        for start in stride(from: 0, to: request.count, by: Self.part) {
            context.progress("writing headlines", Double(start) / Double(request.count))
            var options = request.sampling
            // Each part has its own random streams.
            options.seed &+= UInt64(start / Self.part) &* 1_000_003
            whole += try generator.complete("", count: min(Self.part, request.count - start), options: options)
        }
        // Empty samples are excluded from every metric but their own, natural endings included.
        let isEmpty = whole.map { $0.headline.allSatisfy(\.isWhitespace) }
        let written = whole.indices.filter { !isEmpty[$0] }.map { whole[$0] }
        guard !written.isEmpty else {
            throw EvaluationError.onlyEmptySamples(count: request.count)
        }
        texts = written.map(\.headline)
        emptyShare = context.bootstrap.share(of: isEmpty)
        naturalEndings = context.bootstrap.share(of: written.map(\.endedByItself))
        let real = data.texts
        let count = min(texts.count, real.count)
        statistics = SampleStatistics(samples: spread(texts, count), real: real)
        reference = SampleStatistics(samples: spread(real, count), real: real)
        (copies, copiedShare) = Self.copies(texts, data, context)
        var page = try Self.page(generator, real, request, context)
        let openings = classifier == nil ? [] : try Self.openings(generator, real, request, context)
        if let classifier, let path = request.classifier {
            for index in page.indices {
                page[index].categories = try classifier.mostLikelyLabels(page[index].completions.map(\.headline), path)
            }
            categories = try Self.categories(classifier, path, texts, real, openings, context)
        } else {
            categories = nil
        }
        self.page = page
    }

    /// The number of headlines written between two progress updates.
    private static let part = 32

    private static func copies(
        _ texts: [String], _ data: EvaluationData, _ context: EvaluationContext
    ) -> (Leakage?, BootstrapInterval?) {
        guard !data.training.isEmpty else { return (nil, nil) }
        context.progress("looking for copies", 0)
        let rows = data.training + texts.enumerated().map { Headline($0.element, line: $0.offset + 1) }
        let groups = DuplicateGroups(of: rows.map(\.text))
        let training = 0..<data.training.count
        let (exact, near) = (Set(groups.exactGroups[training]), Set(groups.groups[training]))
        let isCopy = (training.count..<rows.count).map { row in
            exact.contains(groups.exactGroups[row]) || near.contains(groups.groups[row])
        }
        let leakage = Leakage(earlier: 0, later: 1, rows: rows, groups, training, training.count..<rows.count)
        return (leakage, context.bootstrap.share(of: isCopy))
    }

    /// Completes the given prompts, or openings of headlines spread over the file.
    private static func page(
        _ generator: Generator, _ real: [String], _ request: Request, _ context: EvaluationContext
    ) throws -> [Prompt] {
        let given = request.prompts.map { (text: $0, original: String?.none) }
        let prompts =
            given.isEmpty
            ? spread(real, request.openings).map { (text: opening(of: $0), original: Optional($0)) } : given
        return try prompts.enumerated().map { number, prompt in
            context.progress("completing prompts", Double(number) / Double(max(1, prompts.count)))
            let completions = try generator.complete(
                prompt.text, count: request.completions, options: request.sampling)
            return Prompt(text: prompt.text, original: prompt.original, completions: completions)
        }
    }

    private static func openings(
        _ generator: Generator, _ real: [String], _ request: Request, _ context: EvaluationContext
    ) throws -> [(original: String, completion: String)] {
        let originals = spread(real, request.consistencyOpenings)
        return try originals.enumerated().map { number, original in
            context.progress("completing openings", Double(number) / Double(originals.count))
            var options = request.sampling
            options.seed &+= UInt64(number)
            return (original, try generator.complete(opening(of: original), count: 1, options: options)[0].headline)
        }
    }

    private static func categories(
        _ classifier: Classifier, _ path: String, _ samples: [String], _ real: [String],
        _ openings: [(original: String, completion: String)], _ context: EvaluationContext
    ) throws -> Categories {
        context.progress("labeling samples", 0)
        let chosen = spread(real, 2 * samples.count)
        let labels = classifier.labels
        func shares(_ names: [String]) -> [Double] {
            let counts = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
            return labels.map { Double(counts[$0] ?? 0) / Double(max(1, names.count)) }
        }
        func distance(_ a: [Double], _ b: [Double]) -> Double {
            zip(a, b).reduce(0) { $0 + ($1.0 - $1.1).magnitude } / 2
        }
        let ofReal = try classifier.mostLikelyLabels(chosen, path)
        let ofSamples = shares(try classifier.mostLikelyLabels(samples, path))
        // Every other one, so that both halves are spread over the file.
        let halves = (0...1).map { half in shares(ofReal.indices.filter { $0 % 2 == half }.map { ofReal[$0] }) }
        let all = shares(ofReal)
        let mix = labels.indices.sorted { (all[$1], $0) < (all[$0], $1) }.map { (labels[$0], ofSamples[$0], all[$0]) }
        let originals = try classifier.mostLikelyLabels(openings.map(\.original), path)
        let completions = try classifier.mostLikelyLabels(openings.map(\.completion), path)
        let chance = zip(shares(originals), shares(completions)).reduce(0) { $0 + $1.0 * $1.1 }
        return Categories(
            path: path, mix: mix, distance: distance(ofSamples, halves[0]),
            usualDistance: distance(halves[1], halves[0]),
            consistency: openings.isEmpty ? nil : context.bootstrap.share(of: zip(originals, completions).map(==)),
            chance: chance,
            canTell: !openings.isEmpty && chance <= 0.9
                && context.bootstrap.share(of: openings.map { _ in true }).lower > chance)
    }

    /// Returns the first two or three words of a headline, never all.
    static func opening(of headline: String) -> String {
        let words = headline.split(whereSeparator: \.isWhitespace)
        return words.prefix(max(1, min(3, words.count / 2))).joined(separator: " ")
    }
}

/// Returns `count` elements spread evenly over a list, in its order.
func spread<Element>(_ list: [Element], _ count: Int) -> [Element] {
    let count = min(count, list.count)
    return (0..<count).map { list[$0 * list.count / count] }
}

extension Classifier {
    /// Returns the most likely label of each headline, or an empty string for one without letters or digits.
    /// - Throws: `EvaluationError.nonFiniteScore` if a score is not finite.
    fileprivate func mostLikelyLabels(_ headlines: [String], _ folder: String) throws -> [String] {
        var found = [String](repeating: "", count: headlines.count)
        let readable = headlines.indices.filter { headlines[$0].contains { $0.isLetter || $0.isNumber } }
        for (row, score) in zip(readable, try scores(readable.map { headlines[$0] })) {
            guard score.logits.allSatisfy(\.isFinite) else {
                throw EvaluationError.nonFiniteScore(
                    folder: folder, place: "the headline \"\(escapedForTerminal(headlines[row]))\"")
            }
            let best = score.logits.indices.max { (score.logits[$0], $1) < (score.logits[$1], $0) }
            found[row] = best.map { labels[$0] } ?? ""
        }
        return found
    }
}
