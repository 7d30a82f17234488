import Files
public import HeadlineData
public import Inference
public import Statistics
import Text

/// What a generator writes, judged beside as many headlines that people wrote.
public struct GeneratedSamples: Sendable {
    /// Whole headlines, from an empty prompt; those without a word are not among them.
    public let texts: [String]
    /// The share of what was written that has no word: the model ended it at once.
    public let emptyShare: BootstrapInterval
    /// As many of the texts as there are evaluation headlines, at most, judged against those: some figures fall with every
    /// headline that is added.
    public let statistics: SampleStatistics
    /// The same of exactly as many evaluation headlines: what is usual.
    public let usual: SampleStatistics
    /// The share of the texts that the model ended itself, and not the limit of tokens.
    public let naturalEndings: BootstrapInterval
    /// The share that stands in the training file, exactly or nearly; `nil` without one.
    public let copies: Leakage?
    public let copiedShare: BootstrapInterval?
    /// Completions of openings of real headlines, in their order.
    public let page: [Prompt]
    /// What a classifier says about samples, if one was given.
    public let categories: Categories?
    public let options: SamplingOptions

    /// A beginning and what the model made of it.
    public struct Prompt: Sendable {
        public let text: String
        /// The real headline that it begins; `nil` for a prompt that was given.
        public let original: String?
        public let completions: [Completion]
        /// What a classifier takes each completion for; empty without one.
        public internal(set) var categories: [String] = []
    }

    /// The labels that a classifier gives to samples and to real headlines.
    public struct Categories: Sendable {
        public let path: String
        /// Each label with its share of the samples and of the real headlines, the most frequent real one first.
        public let mix: [(label: String, samples: Double, real: Double)]
        /// Half the sum of the differences between the shares: 0 for equal mixes, 1 for disjoint ones.
        public let distance: Double
        /// The distance of a second draw of real headlines of the same number: what chance makes of it.
        public let usualDistance: Double
        /// Of the completions of openings of real headlines, the share with the label of the whole headline.
        public let consistency: BootstrapInterval?
        /// What it would be if completions had nothing to do with their prompts.
        public let chance: Double
        /// Whether completions that all keep to the category of their prompt would show it: not where nearly all headlines
        /// have one label anyway.
        public let canTell: Bool
    }

    /// What is to be written.
    public struct Request: Sendable {
        /// Whole headlines.
        public var count = 200
        /// Beginnings to complete; without any, openings of evaluation headlines.
        public var prompts: [String] = []
        /// Openings that are taken for the page, and completions of each prompt.
        public var openings = 8
        public var completions = 3
        /// Openings that are completed once each to ask whether completions keep to the category of their prompt.
        public var consistencyOpenings = 100
        public var sampling = SamplingOptions()
        public var classifier: String?

        public init() {}
    }

    /// Traps unless `request.count` is positive.
    init(
        _ generator: Generator, data: EvaluationData, _ request: Request, classifier: Classifier?,
        _ context: EvaluationContext
    ) throws {
        options = request.sampling
        var whole: [Completion] = []
        for start in stride(from: 0, to: request.count, by: Self.part) {
            context.progress("writing headlines", Double(start) / Double(request.count))
            var options = request.sampling
            // Each part draws from streams of its own.
            options.seed &+= UInt64(start / Self.part) &* 1_000_003
            whole += try generator.complete("", count: min(Self.part, request.count - start), options: options)
        }
        // A model may end at once: what has no word is no headline to judge, and its end is none of a headline.
        let isEmpty = whole.map { $0.headline.allSatisfy(\.isWhitespace) }
        let written = whole.indices.filter { !isEmpty[$0] }.map { whole[$0] }
        guard !written.isEmpty else {
            throw EvaluationError(
                "the model ends all of \(request.count) headlines before their first word; train it longer, or raise"
                    + " --temperature", .invalidInput)
        }
        texts = written.map(\.headline)
        emptyShare = context.bootstrap.share(of: isEmpty)
        naturalEndings = context.bootstrap.share(of: written.map(\.endedByItself))
        let real = data.texts
        let count = min(texts.count, real.count)
        statistics = SampleStatistics(samples: spread(texts, count), real: real)
        usual = SampleStatistics(samples: spread(real, count), real: real)
        (copies, copiedShare) = Self.copies(texts, data, context)
        var page = try Self.page(generator, real, request, context)
        let openings = classifier == nil ? [] : try Self.openings(generator, real, request, context)
        if let classifier, let path = request.classifier {
            for index in page.indices {
                page[index].categories = try classifier.likeliest(page[index].completions.map(\.headline), path)
            }
            categories = try Self.categories(classifier, path, texts, real, openings, context)
        } else {
            categories = nil
        }
        self.page = page
    }

    /// Headlines written between two reports of progress.
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

    /// The given prompts, or openings of headlines from all over the file, each with its completions.
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
        context.progress("labelling samples", 0)
        let chosen = spread(real, 2 * samples.count)
        let labels = classifier.labels
        func shares(_ names: [String]) -> [Double] {
            let counts = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
            return labels.map { Double(counts[$0] ?? 0) / Double(max(1, names.count)) }
        }
        func distance(_ a: [Double], _ b: [Double]) -> Double {
            zip(a, b).reduce(0) { $0 + ($1.0 - $1.1).magnitude } / 2
        }
        let ofReal = try classifier.likeliest(chosen, path)
        let ofSamples = shares(try classifier.likeliest(samples, path))
        // Every other one, so that both halves are from all over the file.
        let halves = (0...1).map { half in shares(ofReal.indices.filter { $0 % 2 == half }.map { ofReal[$0] }) }
        let all = shares(ofReal)
        let mix = labels.indices.sorted { (all[$1], $0) < (all[$0], $1) }.map { (labels[$0], ofSamples[$0], all[$0]) }
        let originals = try classifier.likeliest(openings.map(\.original), path)
        let completions = try classifier.likeliest(openings.map(\.completion), path)
        let chance = zip(shares(originals), shares(completions)).reduce(0) { $0 + $1.0 * $1.1 }
        return Categories(
            path: path, mix: mix, distance: distance(ofSamples, halves[0]),
            usualDistance: distance(halves[1], halves[0]),
            consistency: openings.isEmpty ? nil : context.bootstrap.share(of: zip(originals, completions).map(==)),
            chance: chance,
            canTell: !openings.isEmpty && chance <= 0.9
                && context.bootstrap.share(of: openings.map { _ in true }).lower > chance)
    }

    /// The first words of a headline, two or three, never all.
    static func opening(of headline: String) -> String {
        let words = headline.split(whereSeparator: \.isWhitespace)
        return words.prefix(max(1, min(3, words.count / 2))).joined(separator: " ")
    }
}

/// As many elements as wanted, from all over a list, in its order.
func spread<Element>(_ list: [Element], _ count: Int) -> [Element] {
    let count = min(count, list.count)
    return (0..<count).map { list[$0 * list.count / count] }
}

extension Classifier {
    /// The likeliest label of each headline; what is no text has none.
    /// - Throws: `EvaluationError` naming the folder when a score is no number.
    fileprivate func likeliest(_ headlines: [String], _ folder: String) throws -> [String] {
        var found = [String](repeating: "", count: headlines.count)
        let readable = headlines.indices.filter { headlines[$0].contains { $0.isLetter || $0.isNumber } }
        for (row, score) in zip(readable, try scores(readable.map { headlines[$0] })) {
            guard score.logits.allSatisfy(\.isFinite) else {
                throw EvaluationError.notFinite(folder, "the headline \"\(escapedForTerminal(headlines[row]))\"")
            }
            let best = score.logits.indices.max { (score.logits[$0], $1) < (score.logits[$1], $0) }
            found[row] = best.map { labels[$0] } ?? ""
        }
        return found
    }
}
