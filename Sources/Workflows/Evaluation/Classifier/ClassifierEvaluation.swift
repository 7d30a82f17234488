import Files
import HeadlineData
import Inference
public import ModelFolders
import Reports
public import Statistics
import Text

/// The evaluation of a classifier on labeled headlines.
public struct ClassifierEvaluation {
    /// The classifier.
    public let model: ModelIdentity
    /// The headlines it is evaluated on.
    public let data: EvaluationData
    /// The labels in the order of the model.
    public let labels: [String]
    /// The calibrated probabilities that every user of the model gets.
    public let predictions: ClassPredictions
    /// The number of headlines that were too long and cut off.
    public let cut: Int
    /// The overall metrics.
    public let metrics: [Metric]
    /// The accuracy of the model (B) against that of always predicting the most frequent label (A).
    public let frequentLabel: PairedComparison
    /// The scores, the results of each label and the confusion matrix.
    public let classification: ClassificationReport
    /// The calibration with and without the model's temperature.
    public let calibration: Calibration
    /// The accuracy on the most confident share of headlines.
    public let coverage: CoverageCurve
    /// The results by length, date and source.
    public let slices: [SliceTable<SliceRow>]
    /// The pairs of labels that are confused, the most frequent first.
    public let confusions: [LabelConfusion]
    /// The mistakes that are worth reading.
    public let errors: ClassifierErrors
    /// The words that decide predictions.
    public let words: WordPulls
    /// The results of simple classifiers.
    public let baselines: [BaselineResult]
    /// The number of training headlines whose label the model does not know; the baselines were not trained on them.
    public let unknownTraining: Int
    /// The seed of the bootstrap.
    public let seed: UInt64
    /// The number of bootstrap resamples.
    public let resamples: Int
    /// The command as it was typed, for the report.
    public let command: String
    /// The names of optional inputs in advice.
    let inputs: InputNames

    /// The result of a simple classifier.
    public struct BaselineResult: Sendable {
        /// The classifier.
        public let baseline: ClassifierBaseline
        /// Its predictions for the evaluated headlines.
        public let predictions: ClassPredictions
        /// False if its training stopped before it converged, so that it may be better than it looks.
        public let isConverged: Bool
        /// Its accuracy.
        public let accuracy: BootstrapInterval
        /// Its scores.
        public let scores: ClassificationScores
        /// The accuracy of the model (B) against that of the baseline (A), on the same headlines.
        public let comparison: PairedComparison
    }

    /// The calibration of the model.
    public struct Calibration: Sendable {
        /// The temperature of the export; `nil` if none was fitted.
        public let temperature: Double?
        /// The reliability without that temperature; `nil` if none was fitted.
        public let before: Reliability?
        /// The reliability of the model as exported.
        public let after: Reliability
        /// The effect of a temperature fitted on these headlines.
        public let refitted: CalibrationReport
    }

    /// The results of one slice.
    public struct SliceRow: Sendable {
        /// The name of the slice.
        public let name: String
        /// The number of its headlines.
        public let count: Int
        /// The accuracy on them.
        public let accuracy: BootstrapInterval
        /// The mean confidence on them.
        public let meanConfidence: Double
    }

    /// The optional parts of an evaluation.
    public struct Options: Sendable {
        /// The baselines to compare with, in this order.
        public var baselines: [ClassifierBaseline] = ClassifierBaseline.allCases
        /// The number of headlines that are classified again without each of their words; 0 for none.
        public var wordHeadlines = 200

        /// Creates the default options.
        public init() {}
    }

    /// Evaluates the model in a folder.
    /// - Throws: `EvaluationError` for labels that the model does not know and for scores that are not finite;
    ///   `ClassificationError` for a headline without text; `FileError` for a folder that cannot be used.
    public init(folder: String, data: EvaluationData, options: Options = Options(), _ context: EvaluationContext) throws
    {
        model = try ModelIdentity(folder, expected: .classifier)
        let configuration = try ClassifierFolder(path: folder).configuration
        let classifier = try Classifier(folder: folder)
        labels = classifier.labels
        self.data = data
        let truth = try Self.classes(data, labels)
        let scored = try Self.logits(classifier, folder: folder, data, truth, context)
        cut = scored.cut
        let logits = scored.logits
        predictions = logits.predictions()
        context.progress("intervals", 0)
        classification = ClassificationReport(predictions, labels: labels)
        metrics = Self.metrics(classification, predictions, context.bootstrap)
        frequentLabel = Self.againstFrequentLabel(predictions, classification.confusion, context.bootstrap)
        calibration = try Self.calibration(logits, temperature: configuration.temperature, seed: context.bootstrap.seed)
        coverage = CoverageCurve(predictions)
        slices = Self.slices(data.headlines, predictions, context.bootstrap)
        confusions = LabelConfusion.all(classification.confusion, labels: labels, predictions)
        (baselines, unknownTraining) = try Self.baselines(options.baselines, data, labels, predictions, context)
        errors = ClassifierErrors(predictions, others: baselines.map(\.predictions))
        words = try WordPulls(
            classifier, data.texts, predictions, sampleCount: options.wordHeadlines, first: errors.mostConfident,
            context)
        (seed, resamples, command) = (context.bootstrap.seed, context.bootstrap.resamples, context.command)
        inputs = context.inputs
    }

    /// The names of the metrics that thresholds can be set on.
    public static let metricNames = [
        "accuracy", "topThreeAccuracy", "macroF1", "weightedF1", "matthewsCorrelation", "negativeLogLikelihood",
        "brierScore", "expectedCalibrationError", "adaptiveCalibrationError", "areaUnderCoverage",
    ]

    /// Returns the class of each headline.
    static func classes(_ data: EvaluationData, _ labels: [String]) throws -> [Int] {
        let places = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
        let unknown = data.headlines.filter { places[$0.category ?? ""] == nil }
        if let row = unknown.first {
            throw EvaluationError.unknownLabels(
                path: data.source.path, line: row.line, label: row.category ?? "",
                labels: Set(unknown.compactMap(\.category)).count, headlines: unknown.count, known: labels)
        }
        return data.headlines.map { places[$0.category ?? ""] ?? 0 }
    }

    /// The number of headlines scored between two progress updates.
    private static let part = 128

    /// Returns the logits of all headlines, all finite, and the number of headlines that were cut off.
    static func logits(
        _ classifier: Classifier, folder: String, _ data: EvaluationData, _ truth: [Int],
        _ context: EvaluationContext
    ) throws -> (logits: ClassLogits, cut: Int) {
        var (values, cut): ([Double], Int) = ([], 0)
        values.reserveCapacity(data.headlines.count * classifier.labels.count)
        let texts = data.texts
        for start in stride(from: 0, to: texts.count, by: part) {
            context.progress(
                "labeling \(Formatting.count(texts.count, "headline"))", Double(start) / Double(texts.count))
            let rows = start..<min(start + part, texts.count)
            let scores: [Classifier.Score]
            do throws(ClassificationError) { scores = try classifier.scores(Array(texts[rows])) } catch {
                guard let place = error.headline else { throw error }
                let line = data.headlines[start + place].line
                throw EvaluationError.unusableHeadline(path: data.source.path, line: line, problem: error.problem)
            }
            for (row, score) in zip(rows, scores) {
                guard score.logits.allSatisfy(\.isFinite) else {
                    let place = "line \(data.headlines[row].line) of \(data.source.path)"
                    throw EvaluationError.nonFiniteScore(folder: folder, place: place)
                }
                values += score.logits.map(Double.init)
                if score.isCut { cut += 1 }
            }
        }
        do { return (try ClassLogits(values, labels: truth, classCount: classifier.labels.count), cut) } catch {
            throw EvaluationError.unusablePredictions(path: data.source.path, problem: "\(error)")
        }
    }

    private static func againstFrequentLabel(
        _ predictions: ClassPredictions, _ confusion: ConfusionMatrix, _ bootstrap: Bootstrap
    ) -> PairedComparison {
        let most = (0..<predictions.classCount).max { confusion.support(of: $0) < confusion.support(of: $1) }
        return PairedComparison(
            meanOf: predictions.labels.map { $0 == most ? 1 : 0 },
            zip(predictions.labels, predictions.predicted).map { $0 == $1 ? 1 : 0 }, isLargerBetter: true, bootstrap)
    }

    private static func metrics(
        _ classification: ClassificationReport, _ predictions: ClassPredictions, _ bootstrap: Bootstrap
    ) -> [Metric] {
        let isInThree = predictions.labels.indices.map { predictions.rank(ofLabelInRow: $0) < 3 }
        let share = { (name: String, title: String, interval: BootstrapInterval) in
            Metric(name, title, interval, .decimals(3), isLargerBetter: true)
        }
        return [
            share("accuracy", "accuracy", bootstrap.share(of: zip(predictions.labels, predictions.predicted).map(==))),
            share("topThreeAccuracy", "top-3 accuracy", bootstrap.share(of: isInThree)),
            share("macroF1", "macro-F1", bootstrap.figure(of: predictions, \.macroF1)),
            share("weightedF1", "weighted F1", bootstrap.figure(of: predictions, \.weightedF1)),
            share(
                "matthewsCorrelation", "Matthews correlation", bootstrap.figure(of: predictions, \.matthewsCorrelation)),
            Metric(
                "negativeLogLikelihood", "nats per headline", bootstrap.mean(of: predictions.nats), .decimals(3),
                isLargerBetter: false),
            Metric(
                "brierScore", "Brier score", bootstrap.mean(of: predictions.squaredMisses), .decimals(3),
                isLargerBetter: false),
            Metric(
                "expectedCalibrationError", "calibration error (ECE)", classification.reliability.error,
                .decimals(3), isLargerBetter: false),
            Metric(
                "adaptiveCalibrationError", "adaptive calibration error",
                classification.adaptiveReliability.error, .decimals(3), isLargerBetter: false),
            Metric(
                "areaUnderCoverage", "area under accuracy–coverage", CoverageCurve(predictions).area, .decimals(3),
                isLargerBetter: true),
        ]
    }

    /// Judges the calibration; multiplying the logits undoes the temperature that the head was divided by.
    private static func calibration(
        _ logits: ClassLogits, temperature: Double?, seed: UInt64
    ) throws -> Calibration {
        let before = try temperature.map { temperature in
            let raw = try CalibratedLogits(calibrated: logits, temperature: temperature).raw
            return Reliability(raw.predictions(), .equalWidth)
        }
        return Calibration(
            temperature: temperature, before: before, after: Reliability(logits.predictions(), .equalWidth),
            refitted: CalibrationReport(logits, seed: seed))
    }

    private static func slices(
        _ headlines: [Headline], _ predictions: ClassPredictions, _ bootstrap: Bootstrap
    ) -> [SliceTable<SliceRow>] {
        let isRight = zip(predictions.labels, predictions.predicted).map(==)
        let confidences = predictions.confidences
        let kinds: [HeadlineSlices?] = [
            HeadlineSlices.byLength(headlines), HeadlineSlices.byDate(headlines), HeadlineSlices.bySource(headlines),
        ]
        return kinds.compactMap(\.self).filter { !$0.slices.isEmpty }.map { slices in
            slices.table { name, rows in
                SliceRow(
                    name: name, count: rows.count, accuracy: bootstrap.share(of: rows.map { isRight[$0] }),
                    meanConfidence: rows.reduce(0) { $0 + confidences[$1] } / Double(rows.count))
            }
        }
    }

    private static func baselines(
        _ wanted: [ClassifierBaseline], _ data: EvaluationData, _ labels: [String], _ predictions: ClassPredictions,
        _ context: EvaluationContext
    ) throws -> ([BaselineResult], unknown: Int) {
        guard !data.training.isEmpty, !wanted.isEmpty else { return ([], 0) }
        // Training rows with labels that the model lacks cannot train a baseline for it.
        let places = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
        let rows = data.training.compactMap { row in places[row.category ?? ""].map { (row.text, $0) } }
        guard !rows.isEmpty else {
            throw EvaluationError.noKnownLabels(path: data.trainingSource?.path ?? "the training file")
        }
        let results = try wanted.map { baseline in
            let stage = "baseline: \(baseline.title)"
            context.progress(stage, 0)
            let (other, isConverged) = try baseline.predictions(
                training: (rows.map(\.0), rows.map(\.1)), texts: data.texts, labels: predictions.labels,
                classCount: labels.count
            ) { context.progress(stage, $0) }
            return BaselineResult(
                baseline: baseline, predictions: other, isConverged: isConverged,
                accuracy: context.bootstrap.share(of: zip(other.labels, other.predicted).map(==)),
                scores: ClassificationScores(other),
                comparison: PairedComparison(other, predictions, context.bootstrap, figure: \.accuracy))
        }
        return (results, data.training.count - rows.count)
    }
}
