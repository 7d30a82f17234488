package import Autograd
import Baselines
import Checkpoints
import Files
import Foundation
package import HeadlineData
import Inference
import ModelFolders
import Models
import NeuralNetwork
import NumericCore
import Statistics
import Text
import Tokenization

/// Training of a BERT that labels headlines.
package final class ClassifierTask: SummarizingTask {
    /// The headlines to train on and to validate on, as texts and as tokens.
    struct DatasetSplit {
        let data: ClassifierData
        let training: TokenizedHeadlines
        let validation: TokenizedHeadlines
    }

    package let plan: BatchPlan
    package let dataDigest: String
    package let trainedParameters: [Parameter]
    package let base: BaseModel?
    package let unit = PredictionUnit.headline
    package let objective = Objective.highest("macroF1")

    private let model: BERTClassifier
    private let tokenizer: WordPieceTokenizer
    private let split: DatasetSplit
    private let settings: ClassifierSettings
    /// The weights of the classes in the loss; `nil` for ones.
    private let weights: [Float]?
    /// The labels of the training headlines.
    private let trainingLabels: [Int32]
    /// The labels of the validation headlines.
    private let validationLabels: [Int]
    /// The logits of the validation headlines in the newest evaluation.
    private var evaluated: ClassLogits?

    init(
        model: BERTClassifier, tokenizer: WordPieceTokenizer, split: DatasetSplit,
        settings: ClassifierSettings, base: BaseModel?
    ) throws {
        self.model = model
        self.tokenizer = tokenizer
        self.split = split
        self.settings = settings
        self.base = base
        plan = try settings.batches.plan(lengths: split.training.lengths, seed: settings.seed)
        trainingLabels = split.training.labels ?? []
        validationLabels = (split.validation.labels ?? []).map(Int.init)
        dataDigest = Self.digest(split)
        trainedParameters = model.trainable(
            freezingEmbeddings: settings.fineTuning.freezeEmbeddings, layers: settings.fineTuning.freezeLayers)
        weights =
            settings.loss.classWeights == .none
            ? nil
            : settings.loss.classWeights.weights(
                counts: split.data.labeling.summary.trainingCounts, beta: settings.loss.beta
            ).map { Float($0) }
    }

    package var allParameters: [Parameter] { model.parameters }
    package var validationCount: Int { split.validation.count }
    package var validationTokens: Int { split.validation.tokens.count }
    var labels: [String] { split.data.labeling.labels.names }

    private static func digest(_ split: DatasetSplit) -> String {
        var stream = SHA256Digest.Stream()
        for name in split.data.labeling.labels.names { stream.update("label \(name.utf8.count) \(name);") }
        for side in [split.training, split.validation] {
            stream.update("\(side.count) headlines, \(side.tokens.count) tokens;")
            side.tokens.withUnsafeBytes { stream.update($0) }
            side.lengths.withUnsafeBytes { stream.update($0) }
            (side.labels ?? []).withUnsafeBytes { stream.update($0) }
        }
        return stream.finish().hexadecimal
    }

    // MARK: Loss

    package func lossSum(of headlines: [Int32]) -> Tensor { lossSum(split.training.microBatch(headlines)) }

    private func lossSum(_ batch: MicroBatch) -> Tensor {
        model.lossSum(
            batch.inputs, batch.segments, labels: batch.targets, weights: weights,
            smoothing: Float(settings.loss.labelSmoothing))
    }

    /// The weights of the labels, as PyTorch's mean of a weighted cross-entropy divides by them.
    package func lossCount(of step: StepPlan) -> Double {
        guard let weights else { return Double(step.headlines.count) }
        return step.headlines.reduce(0) { $0 + Double(weights[Int(trainingLabels[Int($1)])]) }
    }

    package func learningRateScale(of parameter: Parameter) -> Double {
        let configuration = model.configuration
        let distance = configuration.layers + 1 - configuration.depth(ofParameter: parameter.name)
        return pow(settings.fineTuning.layerDecay, Double(distance))
    }

    /// Returns the loss of the longest headlines, as many as a micro-batch may have.
    package func largestLossSum() -> (loss: Tensor, tokens: Int) {
        var tokens = 0
        let lengths = plan.lengths
        let longest = lengths.indices.sorted { lengths[$0] > lengths[$1] }.prefix(plan.headlinesPerStep ?? .max)
        let headlines = longest.prefix { index in
            tokens += Int(lengths[index])
            return tokens <= plan.tokensPerMicroBatch
        }
        let batch = split.training.microBatch(headlines)
        return (lossSum(batch), batch.inputs.count)
    }

    // MARK: Evaluation

    package func evaluate(isStopping: () -> Bool) -> TaskEvaluation? {
        let found: ClassLogits?
        do throws(PredictionError) { found = try validationLogits(of: model, isStopping: isStopping) } catch {
            return TaskEvaluation(loss: .nan, count: validationCount, figures: [])
        }
        guard let found else { return nil }
        evaluated = found
        return Self.evaluation(of: found)
    }

    private static func evaluation(of logits: ClassLogits) -> TaskEvaluation {
        let predictions = logits.predictions()
        let scores = ClassificationScores(predictions)
        let error = Reliability(predictions, .equalWidth).error
        func share(_ name: String, _ title: String, _ value: Double) -> TaskEvaluation.Figure {
            .init(name, value, "\(title) \(Formatting.fixed(value, 4))")
        }
        return TaskEvaluation(
            loss: scores.negativeLogLikelihood, count: predictions.count,
            figures: [
                share("accuracy", "accuracy", scores.accuracy), share("macroF1", "macro-F1", scores.macroF1),
                share("topThreeAccuracy", "top-3", scores.topThreeAccuracy),
                share("expectedCalibrationError", "ECE", error),
            ])
    }

    /// Returns the logits that a model gives the validation headlines; `nil` when asked to stop meanwhile.
    /// - Throws: when one of them is not finite, because the model has diverged.
    private func validationLogits(
        of model: BERTClassifier, isStopping: () -> Bool = { false }
    ) throws(PredictionError) -> ClassLogits? {
        var values: [Double] = []
        values.reserveCapacity(validationCount * labels.count)
        for headlines in Packing.batches(of: split.validation.lengths, rows: plan.tokensPerMicroBatch) {
            if isStopping() { return nil }
            let batch = split.validation.microBatch(headlines)
            let logits = model(batch.inputs, batch.segments).value  // [S, K]
            values += logits.elements.map(Double.init)
        }
        return try ClassLogits(values, labels: validationLabels, classCount: labels.count)
    }

    /// Returns the logits of a model that is to be exported, without being asked to stop.
    private func finalLogits(of model: BERTClassifier) throws(TrainingError) -> ClassLogits {
        do throws(PredictionError) {
            guard let logits = try validationLogits(of: model) else {
                fatalError("ClassifierTask: an evaluation without a stop signal was stopped")
            }
            return logits
        } catch {
            throw .badLogits(error)
        }
    }

    // MARK: Export

    package func export(to path: String, evaluation: TaskEvaluation?) throws {
        let logits = try evaluation.flatMap { _ in evaluated } ?? finalLogits(of: model)
        let calibration =
            settings.calibration.temperature ? CalibrationReport(logits, seed: UInt64(settings.seed)) : nil
        let calibrated = CalibratedLogits(raw: logits, temperature: calibration?.scaling.temperature ?? 1)
        let card = ClassifierCard(
            settings: settings, configuration: model.configuration, training: split.training,
            digests: split.data.digests, report: ClassificationReport(calibrated.predictions, labels: labels),
            calibration: calibration)
        try ClassifierFolder.write(
            parameters: model.parameters,
            contents: .init(
                configuration: BERTConfigurationFile(
                    model: model.configuration, labels: labels, padToken: tokenizer.pad, temperature: nil),
                files: tokenizer.files(contextLength: model.configuration.contextLength), card: card.card.text),
            temperature: calibrated.temperature, dtype: settings.export.precision, to: path)
    }

    // MARK: Summary

    /// Returns tables and examples about the model in `folder` on the validation headlines: every label, the baselines, its
    /// calibration, and some headlines with their labels.
    package func summary(of folder: String) throws -> String {
        let found = try ClassifierFolder(path: folder)
        let logits = try CalibratedLogits(
            calibrated: finalLogits(of: found.load(for: .inference).model),
            temperature: found.configuration.temperature ?? 1)
        let report = ClassificationReport(logits.predictions, labels: labels, baselines: try baselines())
        let calibration =
            settings.calibration.temperature
            ? "Calibration\n\(CalibrationReport(logits.raw, seed: UInt64(settings.seed)).table)"
            : report.calibrationLines
        return [report.classTable, report.comparison(), calibration, examples(logits.predictions)]
            .joined(separator: "\n\n")
    }

    /// Returns the predictions of simpler classifiers, trained and validated on the same headlines.
    private func baselines() throws -> [Baseline] {
        let majority = try MajorityBaseline(trainingCounts: split.data.labeling.summary.trainingCounts)
            .predictions(for: validationLabels)
        let bayes = NaiveBayes(
            texts: split.training.rows.map { split.data.training.rows[Int($0)].text },
            labels: trainingLabels.map(Int.init), classCount: labels.count)
        return [
            Baseline("majority", majority),
            Baseline("naive Bayes", try bayes.predictions(for: validationTexts, labels: validationLabels)),
        ]
    }

    private var validationTexts: [String] {
        split.validation.rows.map { split.data.validation.rows[Int($0)].text }
    }

    /// Returns a few validation headlines from all over the file with the labels that the model gives them.
    private func examples(_ predictions: ClassPredictions) -> String {
        let count = min(8, predictions.count)
        let lines = (0..<count).map { number -> String in
            let row = number * predictions.count / count
            let (predicted, truth) = (predictions.predicted[row], predictions.labels[row])
            let verdict = predicted == truth ? "right" : "is \(labels[truth])"
            return escapedForTerminal(
                "  \(labels[predicted]) \(Formatting.fixed(predictions.confidences[row], 2)) (\(verdict)): "
                    + validationTexts[row])
        }
        return (["Some validation headlines and their predicted labels"] + lines).joined(separator: "\n")
    }
}
