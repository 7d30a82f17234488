import Files
import HeadlineData
import Inference
public import ModelFolders
import Reports
public import Statistics
import Text

/// All that is found out about a classifier on labelled headlines.
public struct ClassifierEvaluation {
    public let model: ModelIdentity
    public let data: EvaluationData
    /// The labels in the order of the model.
    public let labels: [String]
    /// With the probabilities that the model gives to everyone who uses it.
    public let predictions: ClassPredictions
    /// Headlines whose end the model could not read.
    public let cut: Int
    /// The overall figures.
    public let measures: [Measure]
    /// Whether each headline is labelled right (B) against always giving the most frequent of their labels (A).
    public let frequentLabel: PairedComparison
    public let report: ClassificationReport
    public let calibration: Calibration
    public let coverage: CoverageCurve
    public let slices: [SliceFigures]
    public let confusions: [LabelConfusion]
    public let errors: ClassifierErrors
    public let words: WordPulls
    public let baselines: [BaselineResult]
    /// Training headlines whose label the model does not know: the baselines did not learn from them.
    public let unknownTraining: Int
    public let seed: UInt64
    public let resamples: Int
    public let command: String

    /// A simple classifier beside the model.
    public struct BaselineResult: Sendable {
        public let baseline: ClassifierBaseline
        public let predictions: ClassPredictions
        /// False where learning ended before its figures stood still, so that they may flatter the model.
        public let isFitted: Bool
        public let accuracy: BootstrapInterval
        public let scores: ClassificationScores
        /// The accuracy of the model (B) against that of the baseline (A), on the same headlines.
        public let comparison: PairedComparison
    }

    /// Confidence and truth, without and with the temperature that the model was divided by.
    public struct Calibration: Sendable {
        /// As it was exported; `nil` when nothing was fitted.
        public let temperature: Double?
        /// Without the temperature; `nil` when nothing was fitted.
        public let before: Reliability?
        public let after: Reliability
        /// What a temperature fitted on these headlines would still be worth.
        public let refitted: CalibrationReport
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
            public let accuracy: BootstrapInterval
            public let meanConfidence: Double
        }
    }

    /// What an evaluation is to look at.
    public struct Options: Sendable {
        /// In their order.
        public var baselines: [ClassifierBaseline] = ClassifierBaseline.allCases
        /// How many headlines are read without each of their words; 0 for none.
        public var wordHeadlines = 200

        public init() {}
    }

    /// Judges the model in a folder.
    /// - Throws: `EvaluationError` for labels that the model does not know and for a model that gives no numbers;
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
        report = ClassificationReport(predictions, labels: labels)
        measures = Self.measures(report, predictions, context.bootstrap)
        frequentLabel = Self.againstFrequentLabel(predictions, report.confusion, context.bootstrap)
        calibration = try Self.calibration(logits, temperature: configuration.temperature, seed: context.bootstrap.seed)
        coverage = CoverageCurve(predictions)
        slices = Self.slices(data.headlines, predictions, context.bootstrap)
        confusions = LabelConfusion.all(report.confusion, labels: labels, predictions)
        (baselines, unknownTraining) = try Self.baselines(options.baselines, data, labels, predictions, context)
        errors = ClassifierErrors(predictions, others: baselines.map(\.predictions))
        words = try WordPulls(
            classifier, data.texts, predictions, looksAt: options.wordHeadlines, first: errors.mostConfident, context)
        (seed, resamples, command) = (context.bootstrap.seed, context.bootstrap.resamples, context.command)
    }

    /// The names that thresholds may have.
    public static let measureNames = [
        "accuracy", "topThreeAccuracy", "macroF1", "weightedF1", "matthewsCorrelation", "negativeLogLikelihood",
        "brierScore", "expectedCalibrationError", "adaptiveCalibrationError", "areaUnderCoverage",
    ]

    /// The class of each headline.
    static func classes(_ data: EvaluationData, _ labels: [String]) throws -> [Int] {
        let places = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
        let unknown = data.headlines.filter { places[$0.category ?? ""] == nil }
        if let row = unknown.first {
            let names = Set(unknown.compactMap(\.category)).count
            let label = row.category ?? ""
            let more = names > 1 ? " (and \(names - 1) more such \(names == 2 ? "label" : "labels"))" : ""
            throw EvaluationError(
                "\(data.source.path): line \(row.line) has the label \"\(escapedForTerminal(label))\"\(more), which the model does not"
                    + " know; \(NumberText.headlines(unknown.count)) \(unknown.count == 1 ? "has such a label" : "have such labels"): merge them by a label map (--set"
                    + " labels.map=FILE), as in training, or leave them out" + suggestion(for: label, among: labels),
                .invalidInput)
        }
        return data.headlines.map { places[$0.category ?? ""] ?? 0 }
    }

    /// Headlines scored between two reports of progress.
    private static let part = 128

    /// The logits of all headlines, held to be numbers.
    static func logits(
        _ classifier: Classifier, folder: String, _ data: EvaluationData, _ truth: [Int],
        _ context: EvaluationContext
    ) throws -> (logits: ClassLogits, cut: Int) {
        var (values, cut): ([Double], Int) = ([], 0)
        values.reserveCapacity(data.headlines.count * classifier.labels.count)
        let texts = data.texts
        for start in stride(from: 0, to: texts.count, by: part) {
            context.progress("labelling \(NumberText.headlines(texts.count))", Double(start) / Double(texts.count))
            let rows = start..<min(start + part, texts.count)
            let scores: [Classifier.Score]
            do throws(ClassificationError) { scores = try classifier.scores(Array(texts[rows])) } catch {
                guard let place = error.headline else { throw error }
                let line = data.headlines[start + place].line
                throw EvaluationError("\(data.source.path): line \(line): the headline \(error.problem)", .invalidInput)
            }
            for (row, score) in zip(rows, scores) {
                guard score.logits.allSatisfy(\.isFinite) else {
                    let place = "line \(data.headlines[row].line) of \(data.source.path)"
                    throw EvaluationError.notFinite(folder, place)
                }
                values += score.logits.map(Double.init)
                if score.isCut { cut += 1 }
            }
        }
        do { return (try ClassLogits(values, labels: truth, classCount: classifier.labels.count), cut) } catch {
            throw EvaluationError("\(data.source.path): \(error)", .invalidInput)
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

    private static func measures(
        _ report: ClassificationReport, _ predictions: ClassPredictions, _ bootstrap: Bootstrap
    ) -> [Measure] {
        let isInThree = predictions.labels.indices.map { predictions.rank(ofLabelInRow: $0) < 3 }
        let share = { (name: String, title: String, interval: BootstrapInterval) in
            Measure(name, title, interval, .decimals(3), isLargerBetter: true)
        }
        return [
            share("accuracy", "accuracy", bootstrap.share(of: zip(predictions.labels, predictions.predicted).map(==))),
            share("topThreeAccuracy", "label among the first three", bootstrap.share(of: isInThree)),
            share("macroF1", "macro F1", bootstrap.figure(of: predictions, \.macroF1)),
            share("weightedF1", "weighted F1", bootstrap.figure(of: predictions, \.weightedF1)),
            share(
                "matthewsCorrelation", "Matthews correlation", bootstrap.figure(of: predictions, \.matthewsCorrelation)),
            Measure(
                "negativeLogLikelihood", "nats per headline", bootstrap.mean(of: predictions.nats), .decimals(3),
                isLargerBetter: false),
            Measure(
                "brierScore", "Brier score", bootstrap.mean(of: predictions.squaredMisses), .decimals(3),
                isLargerBetter: false),
            Measure(
                "expectedCalibrationError", "calibration error (15 equal bins)", report.reliability.error,
                .decimals(3), isLargerBetter: false),
            Measure(
                "adaptiveCalibrationError", "calibration error (15 bins of equal mass)",
                report.adaptiveReliability.error, .decimals(3), isLargerBetter: false),
            Measure(
                "areaUnderCoverage", "accuracy, mean over coverages", CoverageCurve(predictions).area, .decimals(3),
                isLargerBetter: true),
        ]
    }

    /// Compares the calibration of an exported model with that before its head was divided by `temperature`.
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
    ) -> [SliceFigures] {
        let isRight = zip(predictions.labels, predictions.predicted).map(==)
        let confidences = predictions.confidences
        let kinds: [HeadlineSlices?] = [
            HeadlineSlices.byLength(headlines), HeadlineSlices.byDate(headlines), HeadlineSlices.bySource(headlines),
        ]
        return kinds.compactMap(\.self).filter { !$0.slices.isEmpty }.map { slices in
            SliceFigures(
                title: slices.title,
                rows: slices.slices.map { slice in
                    .init(
                        name: slice.name, count: slice.rows.count,
                        accuracy: bootstrap.share(of: slice.rows.map { isRight[$0] }),
                        meanConfidence: slice.rows.reduce(0) { $0 + confidences[$1] } / Double(slice.rows.count))
                }, omission: slices.omission)
        }
    }

    private static func baselines(
        _ wanted: [ClassifierBaseline], _ data: EvaluationData, _ labels: [String], _ predictions: ClassPredictions,
        _ context: EvaluationContext
    ) throws -> ([BaselineResult], unknown: Int) {
        guard !data.training.isEmpty, !wanted.isEmpty else { return ([], 0) }
        // Training rows of labels that the model lacks teach nothing here.
        let places = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
        let rows = data.training.compactMap { row in places[row.category ?? ""].map { (row.text, $0) } }
        guard !rows.isEmpty else {
            throw EvaluationError(
                "\(data.trainingSource?.path ?? "the training file"): none of its headlines has a label that the model knows",
                .invalidInput)
        }
        let results = try wanted.map { baseline in
            let stage = "baseline: \(baseline.title)"
            context.progress(stage, 0)
            let (other, isFitted) = try baseline.predictions(
                training: (rows.map(\.0), rows.map(\.1)), texts: data.texts, labels: predictions.labels,
                classCount: labels.count
            ) { context.progress(stage, $0) }
            return BaselineResult(
                baseline: baseline, predictions: other, isFitted: isFitted,
                accuracy: context.bootstrap.share(of: zip(other.labels, other.predicted).map(==)),
                scores: ClassificationScores(other),
                comparison: PairedComparison(other, predictions, context.bootstrap, figure: \.accuracy))
        }
        return (results, data.training.count - rows.count)
    }
}
