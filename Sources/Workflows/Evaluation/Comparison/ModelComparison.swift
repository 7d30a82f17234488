import Files
import HeadlineData
import Inference
public import ModelFolders
import Models
import Reports
public import Statistics
import Text
import Tokenization

/// Two models of one kind on the same headlines.
public struct ModelComparison {
    /// A and B.
    public let models: [ModelIdentity]
    public let data: EvaluationData
    /// The figures that were compared; the first decides.
    public let figures: [Figure]
    /// Headlines that only one of two classifiers labels right; `nil` for generators.
    public let test: McNemarTest?
    /// What each headline costs each model, or what each classifier says.
    let details: Details
    public let seed: UInt64
    public let resamples: Int
    public let command: String

    /// One figure of both models.
    public struct Figure: Sendable {
        /// A name for `report.json` and thresholds.
        public let name: String
        public let title: String
        public let comparison: PairedComparison
        /// Digits after the point.
        let digits: Int
    }

    /// What is known of each headline.
    enum Details {
        case generators(a: [Double], b: [Double])
        case classifiers(a: ClassPredictions, b: ClassPredictions, labels: [String])
    }

    /// The figures that thresholds can be set on: how much B is larger than A.
    public static func measureNames(_ kind: ModelKind) -> [String] {
        switch kind {
        case .classifier: ["accuracy", "macroF1", "negativeLogLikelihood"]
        case .generator: ["bitsPerByte", "perplexity", "perplexityPerWord"]
        }
    }

    /// The differences, as figures for thresholds: B minus A.
    public var measures: [Measure] {
        figures.map { figure in
            Measure(
                figure.name, "\(figure.title), B minus A", figure.comparison.difference, .decimals(figure.digits),
                isLargerBetter: figure.comparison.isLargerBetter)
        }
    }

    /// Judges two folders.
    /// - Throws: `EvaluationError` for models of different kinds or with different labels, and what the evaluations throw.
    public init(_ a: String, _ b: String, data: EvaluationData, _ context: EvaluationContext) throws {
        models = [try ModelIdentity(a), try ModelIdentity(b)]
        self.data = data
        _ = try Self.kind(of: a, b)
        switch models[0].kind {
        case .generator: (figures, test, details) = try Self.generators([a, b], data, context)
        case .classifier: (figures, test, details) = try Self.classifiers([a, b], data, context)
        }
        (seed, resamples, command) = (context.bootstrap.seed, context.bootstrap.resamples, context.command)
    }

    /// The kind of both folders.
    /// - Throws: `EvaluationError` when they differ.
    public static func kind(of a: String, _ b: String) throws -> ModelKind {
        let kinds = (try ModelKind(ofFolder: a), try ModelKind(ofFolder: b))
        guard kinds.0 == kinds.1 else {
            throw EvaluationError(
                "\(a) holds a \(kinds.0.rawValue) and \(b) a \(kinds.1.rawValue), expected two models of one kind",
                .invalidRequest)
        }
        return kinds.0
    }

    /// The figure that decides.
    public var decisive: Figure { figures[0] }

    /// Whether both folders hold one model: the same weights, which say the same of every headline.
    public var isOfOneModel: Bool {
        models[0].digest == models[1].digest
            && figures.allSatisfy { $0.comparison.difference.isPoint && $0.comparison.difference.estimate == 0 }
    }

    // MARK: Generators

    private static func generators(
        _ folders: [String], _ data: EvaluationData, _ context: EvaluationContext
    ) throws -> ([Figure], McNemarTest?, Details) {
        let scores = try zip(["A", "B"], folders).map { name, path in
            let folder = try GeneratorFolder(path: path)
            return try HeadlineLikelihoods(
                try HeadlineScorer(folder.load(for: .inference).model, folder.tokenizer), folder: path, data,
                stage: "scoring with \(name)", context)
        }
        let (a, b) = (scores[0], scores[1])
        let (natsA, natsB) = (a.nats, b.nats)
        let whole = a.whole.filter { !b.isCut[$0] }
        guard !whole.isEmpty else {
            throw EvaluationError(
                "\(data.source.path): every headline has more tokens than one of the models has positions, so there is nothing"
                    + " to compare on", .invalidInput)
        }
        let (wholeA, wholeB) = (whole.map { natsA[$0] }, whole.map { natsB[$0] })
        var figures: [Figure] = []
        if let bits = GeneratorEvaluation.bitsPerByte(wholeA, wholeB, whole.map { a.bytes[$0] }, context) {
            figures.append(Figure(name: "bitsPerByte", title: "bits per byte", comparison: bits, digits: 3))
        }
        func addPerplexity(
            _ name: String, _ title: String, _ a: [Double], _ b: [Double], per units: [Int], digits: Int
        ) {
            // A word of a language without spaces is a whole headline, whose perplexity may be more than any number.
            let worst = zip(zip(a, b), units).map { max($0.0, $0.1) / Double($1) }.max() ?? 0
            guard worst < 700 else { return }
            let comparison = PairedComparison(perplexityOf: a, b, per: units, context.bootstrap)
            figures.append(Figure(name: name, title: title, comparison: comparison, digits: digits))
        }
        // Perplexities of different tokens mean different things.
        if a.targets == b.targets {
            addPerplexity("perplexity", "perplexity per token", natsA, natsB, per: a.tokens, digits: 2)
        }
        addPerplexity(
            "perplexityPerWord", "perplexity per word", wholeA, wholeB, per: whole.map { a.words[$0] }, digits: 1)
        return (figures, nil, .generators(a: natsA, b: natsB))
    }

    // MARK: Classifiers

    private static func classifiers(
        _ folders: [String], _ data: EvaluationData, _ context: EvaluationContext
    ) throws -> ([Figure], McNemarTest?, Details) {
        let classifiers = try folders.map { try Classifier(folder: $0) }
        let labels = classifiers[0].labels
        let difference = Set(labels).symmetricDifference(classifiers[1].labels).sorted()
        guard difference.isEmpty else {
            throw EvaluationError(
                "\(folders[0]) and \(folders[1]) have different labels, \"\(escapedForTerminal(difference[0]))\" for one; train both on"
                    + " the same labels to compare them", .invalidRequest)
        }
        let predictions = try zip(folders, classifiers).map { folder, classifier in
            let truth = try ClassifierEvaluation.classes(data, classifier.labels)
            let logits = try ClassifierEvaluation.logits(classifier, folder: folder, data, truth, context).logits
            return try reordered(logits, from: classifier.labels, to: labels).predictions()
        }
        context.progress("intervals", 0)
        let (a, b) = (predictions[0], predictions[1])
        func figure(_ name: String, _ title: String, _ figure: (ConfusionMatrix) -> Double) -> Figure {
            Figure(
                name: name, title: title, comparison: PairedComparison(a, b, context.bootstrap, figure: figure),
                digits: 3)
        }
        let figures = [
            figure("accuracy", "accuracy", \.accuracy), figure("macroF1", "macro F1", \.macroF1),
            Figure(
                name: "negativeLogLikelihood", title: "nats per headline",
                comparison: PairedComparison(meanOf: a.nats, b.nats, isLargerBetter: false, context.bootstrap),
                digits: 3),
        ]
        return (figures, McNemarTest(a, b), .classifiers(a: a, b: b, labels: labels))
    }

    /// The same logits under labels in another order.
    private static func reordered(_ logits: ClassLogits, from: [String], to: [String]) throws -> ClassLogits {
        guard from != to else { return logits }
        let places = to.map { label in from.firstIndex(of: label) ?? 0 }
        let width = from.count
        let values = (0..<logits.count).flatMap { row in places.map { logits.values[row * width + $0] } }
        let newPlace = Dictionary(uniqueKeysWithValues: places.enumerated().map { ($1, $0) })
        return try ClassLogits(values, labels: logits.labels.map { newPlace[$0] ?? 0 }, classCount: width)
    }
}
