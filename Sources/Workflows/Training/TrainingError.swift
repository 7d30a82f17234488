public import Files
import Foundation
public import HeadlineData
public import Statistics
public import Text
public import Tokenization

/// A run that cannot begin or go on.
public enum TrainingError: ReportableError {
    // MARK: The run folder

    /// A run is to begin in a folder that holds one.
    case runExists(folder: String)
    /// A checkpoint is of the other kind of model.
    case otherKind(checkpoint: String, found: String, expected: String)
    /// A checkpoint was trained on other headlines than the files hold.
    case otherHeadlines(checkpoint: String)
    /// No checkpoint of a run can be read; `problem` is that of the newest.
    case noUsableCheckpoint(folder: String, count: Int, problem: FileError)

    // MARK: Settings and data

    /// No file to train on is named.
    case noTrainingFile
    /// The rows of the training file cannot be split.
    case split(path: String, problem: SplitError)
    /// No headline is left once they are tokenized.
    case framing(part: String, problem: FramingError)
    /// The longest headline exceeds a token budget.
    case budget(BatchPlanError)
    /// The warm-up is as long as the run.
    case longWarmUp(steps: Int, total: Int)
    /// The machine has less memory than training takes; in bytes.
    case littleMemory(parameters: Double, needed: Double, present: Double)
    /// A generator's vocabulary has no end-of-text token.
    case noEndOfText
    /// More layers are to be trained or frozen than the model has.
    case tooManyLayers(setting: String, requested: Int, layers: Int)
    /// A prompt of the samples cannot be completed.
    case prompt(index: Int, contextLength: Int, problem: String)
    /// The vocabulary of `folder` is not that of the base model.
    case otherVocabulary(folder: String, base: String, allowsFreshWeights: Bool)
    /// No vocabulary can be learned from the training headlines.
    case vocabulary(TokenizationError)
    /// A base model has a larger vocabulary than its weights have rows.
    case largeVocabulary(base: String, entries: Int, room: Int)
    /// Most training tokens stand for words that the vocabulary cannot spell.
    case unknownWords(count: Int, words: Int, entries: Int)
    /// A mean layer is asked for without a base model to put it on.
    case meanLayerWithoutBase
    /// A mean layer is asked for together with another pooling than `cls`.
    case meanLayerPooling(String)

    // MARK: Failures

    /// The loss or its gradient was out of bounds for several steps in a row.
    case badSteps(count: Int, step: Int, loss: Double, gradientNorm: Double, checkpoint: CheckpointState)
    /// The validation loss after a step is not finite; step 0 is the model that the run begins with.
    case badEvaluation(step: Int, checkpoint: CheckpointState)
    /// The logits of a classifier that is to be exported are not finite.
    case badLogits(PredictionError)

    /// The checkpoint that a failed run can go back to.
    public enum CheckpointState: Sendable, Equatable {
        /// The newest checkpoint that is known to be good.
        case good(String)
        /// There are checkpoints, and none is known to be good.
        case unknown
        /// No checkpoint has been written.
        case absent
    }

    /// The kind of error.
    public var category: ErrorCategory {
        switch self {
        case .noUsableCheckpoint(_, _, let problem): problem.category
        case .split(_, let problem): problem.category
        case .framing(_, let problem): problem.category
        case .budget(let problem): problem.category
        case .vocabulary(let problem): problem.category
        case .runExists, .noTrainingFile, .longWarmUp, .littleMemory, .tooManyLayers, .prompt, .meanLayerWithoutBase,
            .meanLayerPooling:
            .invalidRequest
        case .otherKind, .otherHeadlines, .noEndOfText, .otherVocabulary, .largeVocabulary, .unknownWords: .invalidInput
        case .badSteps, .badEvaluation, .badLogits: .failure
        }
    }

    /// One sentence for people.
    public var description: String {
        switch self {
        case .runExists(let folder): "\(folder): already holds a run"
        case .otherKind(let checkpoint, let found, let expected):
            "\(checkpoint): is a checkpoint of a \(found), expected one of a \(expected)"
        case .otherHeadlines(let checkpoint):
            "\(checkpoint): was trained on other headlines than the files hold now; restore the files of that run, or start"
                + " a new run in another folder"
        case .noUsableCheckpoint(let folder, let count, let problem):
            "\(folder): "
                + (count == 1 ? "its only checkpoint cannot be used" : "none of its \(count) checkpoints can be used")
                + " (\(problem)); restore one from a copy, or start a new run in another folder"
        case .noTrainingFile: "data.train is missing, expected a file of headlines; name one in the settings"
        case .split(let path, let problem):
            "\(path): \(problem) (settings data.split.method, data.split.fraction and data.columns)"
        case .framing(let part, let problem): "\(part): \(problem) (settings data.overlong and model.contextLength)"
        case .budget(let problem):
            "\(problem) (settings batches.tokensPerStep, batches.tokensPerMicroBatch and model.contextLength)"
        case .longWarmUp(let steps, let total):
            "optimizer.warmUpSteps is \(steps), and the whole run has only \(total) steps; expected fewer: lower it, or "
                + "train longer"
        case .littleMemory(let parameters, let needed, let present):
            String(
                format:
                    "the model has %.4g parameters, whose weights, gradients and moments take %.4g GB, and this machine has "
                    + "%.4g GB of memory; lower model.layers or model.hiddenSize, or take a smaller base",
                parameters, needed / 1e9, present / 1e9)
        case .noEndOfText:
            "the vocabulary has no end-of-text token, so the model could not learn where a headline ends; use a vocabulary "
                + "that has one, or train one"
        case .tooManyLayers(let setting, let requested, let layers):
            "\(setting) is \(requested), and the model has only \(layers) layers; expected at most as many"
        case .prompt(let index, let contextLength, let problem):
            "samples.prompts[\(index)] cannot be completed with model.contextLength \(contextLength): \(problem)"
        case .otherVocabulary(let folder, let base, let allowsFreshWeights):
            "\(folder): its vocabulary is not that of the base model \(base); leave tokenizer.folder out"
                + (allowsFreshWeights ? ", or start from fresh weights" : "")
        case .vocabulary(let problem): "\(problem) (setting tokenizer.vocabularySize)"
        case .largeVocabulary(let base, let entries, let room):
            "\(base): its vocabulary has \(entries) entries and its config.json says \(room) (`vocab_size`); one of the two "
                + "belongs to another model"
        case .unknownWords(let count, let words, let entries):
            "\(Self.unknownWords(count, of: words, entries: entries)), too many to learn from; look at the vocabulary in "
                + "model.base or tokenizer.folder, which may belong to another model or language"
        case .meanLayerWithoutBase: "fineTuning.meanLayer adds a layer to a base; name one in model.base"
        case .meanLayerPooling(let pooling):
            "fineTuning.meanLayer works with the pooling `cls`, and model.pooling is `\(pooling)`; leave one of the two out"
        case .badSteps(let count, let step, let loss, let gradientNorm, let checkpoint):
            Self.failure(
                "the loss or its gradient was out of bounds in \(count == 1 ? "a step" : "\(count) steps in a row") "
                    + "(loss \(loss), gradient norm \(gradientNorm) in step \(step))", checkpoint,
                "look at the data of that step")
        case .badEvaluation(let step, let checkpoint):
            Self.failure(
                "the validation loss after step \(step) is not finite: "
                    + (step == 0 ? "the weights that the run begins with are damaged" : "the weights have diverged"),
                checkpoint, step == 0 ? "choose another base" : "look at the data of the steps before it")
        case .badLogits(let problem):
            "no model folder was written: of the validation headlines, \(problem); start a new run with a lower"
                + " optimizer.learningRate"
        }
    }

    /// The number of words that a vocabulary cannot spell, as a sentence.
    static func unknownWords(_ count: Int, of words: Int, entries: Int) -> String {
        "\(grouped(count)) of \(grouped(words)) training tokens stand for words that the vocabulary of "
            + "\(grouped(entries)) entries cannot spell ([UNK])"
    }

    /// The reason of a failure, up to where the advice begins; the log of the run keeps it.
    var reason: String { description.split(separator: ";", maxSplits: 1).first.map(String.init) ?? description }

    private static func failure(_ reason: String, _ checkpoint: CheckpointState, _ remedy: String) -> String {
        let kept =
            switch checkpoint {
            case .good(let path): "the last good checkpoint is \(path)"
            case .unknown: "no checkpoint is known to be good"
            case .absent: "no checkpoint had been written yet"
            }
        return "\(reason); \(kept): start a new run with a lower optimizer.learningRate, or \(remedy)"
    }
}
