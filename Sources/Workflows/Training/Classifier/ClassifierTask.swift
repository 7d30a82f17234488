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

/// Training a BERT to label headlines.
package final class ClassifierTask: TrainingTask {
    /// The headlines of both sides, as texts and as tokens.
    struct Sides {
        let data: ClassifierData
        let training: LabeledHeadlines
        let validation: LabeledHeadlines
    }

    package let plan: BatchPlan
    package let dataDigest: String
    package let trainedParameters: [Parameter]
    package let unit = PredictionUnit.headline
    package let objective = Objective.highest("macroF1")

    private let model: BERTClassifier
    private let store: ParameterStore
    private let tokenizer: WordPieceTokenizer
    private let sides: Sides
    private let settings: ClassifierSettings
    /// Of the classes in the loss; `nil` for ones.
    private let weights: [Float]?
    /// The logits of the validation headlines under the weights of now, once they were computed.
    private var logits: ClassLogits?

    init(
        model: BERTClassifier, store: ParameterStore, tokenizer: WordPieceTokenizer, sides: Sides,
        settings: ClassifierSettings
    ) throws {
        self.model = model
        self.store = store
        self.tokenizer = tokenizer
        self.sides = sides
        self.settings = settings
        plan = try settings.batches.plan(lengths: sides.training.lengths, seed: settings.seed)
        dataDigest = Self.digest(sides)
        trainedParameters = model.trainable(
            freezingEmbeddings: settings.fineTuning.freezeEmbeddings, layers: settings.fineTuning.freezeLayers)
        weights =
            settings.loss.classWeights == .none
            ? nil
            : settings.loss.classWeights.weights(
                counts: sides.data.labelling.report.trainingCounts, beta: settings.loss.beta
            ).map { Float($0) }
    }

    package var allParameters: [Parameter] { store.parameters }
    package var validationCount: Int { sides.validation.count }
    package var validationTokens: Int { sides.validation.tokens.count }
    var labels: [String] { sides.data.labelling.labels.names }

    private static func digest(_ sides: Sides) -> String {
        var stream = SHA256Digest.Stream()
        for name in sides.data.labelling.labels.names { stream.update("label \(name.utf8.count) \(name);") }
        for side in [sides.training, sides.validation] {
            stream.update("\(side.count) headlines, \(side.tokens.count) tokens;")
            side.tokens.withUnsafeBytes { stream.update($0) }
            side.lengths.withUnsafeBytes { stream.update($0) }
            side.labels.withUnsafeBytes { stream.update($0) }
        }
        return stream.finish().hexadecimal
    }

    // MARK: Loss

    package func lossSum(of headlines: [Int32], firstRow: Int) -> Tensor {
        logits = nil
        return lossSum(sides.training.microBatch(headlines))
    }

    private func lossSum(_ batch: LabelledMicroBatch) -> Tensor {
        model.lossSum(
            batch.tokens, Segments(offsets: batch.offsets), labels: batch.labels, weights: weights,
            smoothing: Float(settings.loss.labelSmoothing))
    }

    /// The weights of the labels, as PyTorch's mean of a weighted cross-entropy divides by them.
    package func lossCount(of step: StepPlan) -> Double {
        guard let weights else { return Double(step.headlines.count) }
        return step.headlines.reduce(0) { $0 + Double(weights[Int(sides.training.labels[Int($1)])]) }
    }

    package func learningRateScale(of parameter: Parameter) -> Double {
        let configuration = model.configuration
        let distance = configuration.layers + 1 - configuration.depth(ofParameter: parameter.name)
        return pow(settings.fineTuning.layerDecay, Double(distance))
    }

    /// The longest headlines, as many as a micro-batch may have.
    package func largestLossSum() -> (loss: Tensor, tokens: Int) {
        var tokens = 0
        let lengths = plan.lengths
        let longest = lengths.indices.sorted { lengths[$0] > lengths[$1] }.prefix(plan.headlinesPerStep ?? .max)
        let headlines = longest.prefix { index in
            tokens += Int(lengths[index])
            return tokens <= plan.tokensPerMicroBatch
        }
        let batch = sides.training.microBatch(headlines.map { Int32($0) })
        return (lossSum(batch), batch.tokens.count)
    }

    // MARK: Evaluation

    package func evaluate(isStopping: () -> Bool) -> TaskEvaluation? {
        let found: ClassLogits?
        do throws(PredictionError) { found = try validationLogits(of: model, isStopping: isStopping) } catch {
            return TaskEvaluation(loss: .nan, count: validationCount, figures: [])
        }
        guard let found else { return nil }
        logits = found
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

    /// The logits that a model gives the validation headlines; `nil` when told to stop meanwhile.
    /// - Throws: when one of them is not finite, because the model has diverged.
    private func validationLogits(
        of model: BERTClassifier, isStopping: () -> Bool = { false }
    ) throws(PredictionError) -> ClassLogits? {
        var values: [Double] = []
        values.reserveCapacity(validationCount * labels.count)
        for run in sequentialRuns(of: sides.validation.lengths, tokens: plan.tokensPerMicroBatch) {
            if isStopping() { return nil }
            let batch = sides.validation.microBatch(run)
            let logits = model(batch.tokens, Segments(offsets: batch.offsets)).value  // [S, K]
            values += logits.elements.map(Double.init)
        }
        return try ClassLogits(values, labels: sides.validation.labels.map(Int.init), classCount: labels.count)
    }

    /// The same of weights that are to be kept, where nobody asks to stop.
    private func finalLogits(of model: BERTClassifier) throws(TrainingError) -> ClassLogits {
        do throws(PredictionError) {
            guard let logits = try validationLogits(of: model) else {
                preconditionFailure("ClassifierTask: nobody asked to stop")
            }
            return logits
        } catch {
            throw TrainingError(
                "no model folder was written: of the validation headlines, \(error); start a new run with a lower"
                    + " optimizer.learningRate", .failure)
        }
    }

    package func samples(isStopping: () -> Bool) throws -> [SamplesReport.Sample]? { [] }

    // MARK: Export

    package func export(to path: String, evaluation: TaskEvaluation?) throws {
        let logits = try logits ?? finalLogits(of: model)
        self.logits = logits
        let calibration =
            settings.calibration.temperature ? CalibrationReport(logits, seed: UInt64(settings.seed)) : nil
        let temperature = calibration?.scaling.temperature ?? 1
        let card = ClassifierCard(
            settings: settings, configuration: model.configuration, training: sides.training,
            digests: sides.data.digests,
            report: ClassificationReport(logits.predictions(temperature: temperature), labels: labels),
            calibration: calibration)
        try ClassifierFolder.write(
            parameters: store,
            contents: .init(
                configuration: BERTConfigurationFile(
                    model: model.configuration, labels: labels, padToken: tokenizer.pad, temperature: nil),
                files: tokenizer.files(contextLength: model.configuration.contextLength), card: card.card.text),
            temperature: temperature, dtype: settings.export.precision, to: path)
    }

    // MARK: Summary

    /// What a finished run tells about the model in `folder`, on the validation headlines: every label, the baselines beside it,
    /// its calibration, and some headlines with their labels.
    package func summary(of folder: String) throws -> String {
        let found = try ClassifierFolder(path: folder)
        let model = try found.load(for: .inference).model
        let calibrated = try finalLogits(of: model)
        let predictions = calibrated.predictions()
        let report = ClassificationReport(predictions, labels: labels, baselines: try baselines())
        var parts = [report.classTable, report.comparison()]
        // The logits before they were divided, so that the fit can be judged by halves of its own.
        let temperature = found.configuration.temperature ?? 1
        let raw = try ClassLogits(
            calibrated.values.map { $0 * temperature }, labels: calibrated.labels, classCount: labels.count)
        if settings.calibration.temperature {
            parts.append("Calibration\n\(CalibrationReport(raw, seed: UInt64(settings.seed)).table)")
        } else {
            parts.append(report.calibrationLines)
        }
        parts.append(examples(predictions))
        return parts.joined(separator: "\n\n")
    }

    /// Simpler classifiers, learned from the same headlines and judged on the same.
    private func baselines() throws -> [Baseline] {
        let truth = sides.validation.labels.map(Int.init)
        let majority = try MajorityBaseline(trainingCounts: sides.data.labelling.report.trainingCounts)
            .predictions(for: truth)
        let bayes = NaiveBayes(
            texts: sides.training.rows.map { sides.data.training.rows[Int($0)].text },
            labels: sides.training.labels.map(Int.init), classCount: labels.count)
        return [
            Baseline("majority", majority),
            Baseline("naive Bayes", try bayes.predictions(for: validationTexts, labels: truth)),
        ]
    }

    private var validationTexts: [String] {
        sides.validation.rows.map { sides.data.validation.rows[Int($0)].text }
    }

    /// A few validation headlines from all over the file, with what the model says about them.
    private func examples(_ predictions: ClassPredictions) -> String {
        let count = min(8, predictions.count)
        let lines = (0..<count).map { number -> String in
            let row = number * predictions.count / count
            let (said, right) = (predictions.predicted[row], predictions.labels[row])
            let verdict = said == right ? "right" : "not \(labels[right])"
            return escapedForTerminal(
                "  \(labels[said]) \(Formatting.fixed(predictions.confidences[row], 2)) (\(verdict)): "
                    + validationTexts[row])
        }
        return (["Validation headlines, labelled"] + lines).joined(separator: "\n")
    }
}
