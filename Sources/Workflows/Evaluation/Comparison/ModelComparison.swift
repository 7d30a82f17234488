import HeadlineData
import Inference
public import ModelFolders
import Models
import Reports
public import Statistics
import Text
import Tokenization

/// A comparison of two models of one kind on the same headlines.
public struct ModelComparison {
    /// The models, A and B.
    public let models: [ModelIdentity]
    /// The headlines that both models are evaluated on.
    public let data: EvaluationData
    /// The metrics of both models; the first one decides.
    public let compared: [ComparedMetric]
    /// McNemar's test on the headlines that only one of two classifiers labels correctly; `nil` for generators.
    public let test: McNemarTest?
    /// The result of each model for each headline.
    let details: Details
    /// The seed of the bootstrap.
    public let seed: UInt64
    /// The number of bootstrap resamples.
    public let resamples: Int
    /// The command as it was typed, for the report.
    public let command: String

    /// One metric of both models.
    public struct ComparedMetric: Sendable {
        /// B minus A, under the name and title of the metric.
        public let difference: Metric
        /// The metric of each model and which one is better.
        public let comparison: PairedComparison

        /// Names a comparison.
        init(_ name: String, _ title: String, digits: Int, _ comparison: PairedComparison) {
            self.comparison = comparison
            difference = Metric(
                name, title, comparison.difference, .decimals(digits), isLargerBetter: comparison.isLargerBetter)
        }
    }

    /// The results for each headline.
    enum Details {
        /// The nats of each headline.
        case generators(a: [Double], b: [Double])
        case classifiers(a: ClassPredictions, b: ClassPredictions, labels: [String])
    }

    /// The names of the metrics that thresholds can be set on, as B minus A.
    public static func metricNames(_ kind: ModelKind) -> [String] {
        switch kind {
        case .classifier: ["accuracy", "macroF1", "negativeLogLikelihood"]
        case .generator: ["bitsPerByte", "perplexity", "perplexityPerWord"]
        }
    }

    /// The differences that thresholds are checked against: B minus A.
    public var metrics: [Metric] { compared.map(\.difference) }

    /// Compares the models in two folders.
    /// - Throws: `EvaluationError` for models of different kinds or with different labels, and the errors of the evaluations.
    public init(_ a: String, _ b: String, data: EvaluationData, _ context: EvaluationContext) throws {
        models = [try ModelIdentity(a), try ModelIdentity(b)]
        self.data = data
        _ = try Self.kind(of: a, b)
        switch models[0].kind {
        case .generator: (compared, test, details) = try Self.generators([a, b], data, context)
        case .classifier: (compared, test, details) = try Self.classifiers([a, b], data, context)
        }
        (seed, resamples, command) = (context.bootstrap.seed, context.bootstrap.resamples, context.command)
    }

    /// Returns the kind of the models in both folders.
    /// - Throws: `EvaluationError` if they differ.
    public static func kind(of a: String, _ b: String) throws -> ModelKind {
        let kinds = (try ModelKind(ofFolder: a), try ModelKind(ofFolder: b))
        guard kinds.0 == kinds.1 else { throw EvaluationError.differentKinds(a, kinds.0, b, kinds.1) }
        return kinds.0
    }

    /// The metric that decides.
    public var decisive: ComparedMetric { compared[0] }

    /// True if both folders hold one model: the same weights with the same results.
    public var isOfOneModel: Bool {
        models[0].digest == models[1].digest
            && compared.allSatisfy { $0.comparison.difference.isPoint && $0.comparison.difference.estimate == 0 }
    }

    // MARK: Generators

    private static func generators(
        _ folders: [String], _ data: EvaluationData, _ context: EvaluationContext
    ) throws -> ([ComparedMetric], McNemarTest?, Details) {
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
            throw EvaluationError.nothingToCompare(path: data.source.path)
        }
        let (wholeA, wholeB) = (whole.map { natsA[$0] }, whole.map { natsB[$0] })
        var compared: [ComparedMetric] = []
        if let bits = GeneratorEvaluation.bitsPerByte(wholeA, wholeB, whole.map { a.bytes[$0] }, context) {
            compared.append(ComparedMetric("bitsPerByte", "bits per byte", digits: 3, bits))
        }
        func addPerplexity(
            _ name: String, _ title: String, _ a: [Double], _ b: [Double], per units: [Int], digits: Int
        ) {
            // In a language without spaces a word is a whole headline, whose perplexity may overflow a Double.
            let worst = zip(zip(a, b), units).map { max($0.0, $0.1) / Double($1) }.max() ?? 0
            guard worst < 700 else { return }
            let comparison = PairedComparison(perplexityOf: a, b, per: units, context.bootstrap)
            compared.append(ComparedMetric(name, title, digits: digits, comparison))
        }
        // Perplexities per token are comparable only if the tokens are the same.
        if a.targets == b.targets {
            addPerplexity("perplexity", "perplexity per token", natsA, natsB, per: a.tokens, digits: 2)
        }
        addPerplexity(
            "perplexityPerWord", "perplexity per word", wholeA, wholeB, per: whole.map { a.words[$0] }, digits: 1)
        return (compared, nil, .generators(a: natsA, b: natsB))
    }

    // MARK: Classifiers

    private static func classifiers(
        _ folders: [String], _ data: EvaluationData, _ context: EvaluationContext
    ) throws -> ([ComparedMetric], McNemarTest?, Details) {
        let classifiers = try folders.map { try Classifier(folder: $0) }
        let labels = classifiers[0].labels
        let difference = Set(labels).symmetricDifference(classifiers[1].labels).sorted()
        guard difference.isEmpty else {
            throw EvaluationError.differentLabels(folders[0], folders[1], label: difference[0])
        }
        let predictions = try zip(folders, classifiers).map { folder, classifier in
            let truth = try ClassifierEvaluation.classes(data, classifier.labels)
            let logits = try ClassifierEvaluation.logits(classifier, folder: folder, data, truth, context).logits
            return try reordered(logits, from: classifier.labels, to: labels).predictions()
        }
        context.progress("intervals", 0)
        let (a, b) = (predictions[0], predictions[1])
        func metric(_ name: String, _ title: String, _ metric: (ConfusionMatrix) -> Double) -> ComparedMetric {
            ComparedMetric(name, title, digits: 3, PairedComparison(a, b, context.bootstrap, figure: metric))
        }
        let compared = [
            metric("accuracy", "accuracy", \.accuracy), metric("macroF1", "macro-F1", \.macroF1),
            ComparedMetric(
                "negativeLogLikelihood", "nats per headline", digits: 3,
                PairedComparison(meanOf: a.nats, b.nats, isLargerBetter: false, context.bootstrap)),
        ]
        return (compared, McNemarTest(a, b), .classifiers(a: a, b: b, labels: labels))
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
