import Foundation
import ProcessMemory

/// Something that happened in a training run, told to every `TrainingObserver` in the order it happened.
public enum TrainingEvent: Sendable, Equatable {
    case started(StartedEvent)
    case step(StepEvent)
    case evaluation(EvaluationEvent)
    case samples(SamplesEvent)
    case saved(SavedEvent)
    /// Something the person should know that does not end the run, as a sentence.
    case warning(String)
    /// The run ends before its last step, for a reason given as a sentence: a signal, early stopping, a diverged loss.
    case stopped(reason: String, step: Int)
    case finished(FinishedEvent)
}

/// What a run is about to do.
public struct StartedEvent: Sendable, Equatable {
    /// The run's name, usually that of its folder.
    public var name: String
    /// The resolved configuration as YAML.
    public var configuration: String
    /// Parameters of the model, and how many of them are trained.
    public var parameters: Int
    public var trainedParameters: Int
    /// Headlines to train on and to evaluate on.
    public var trainingHeadlines: Int
    public var validationHeadlines: Int
    /// Tokens of one epoch, end tokens included.
    public var trainingTokens: Int
    /// The last step that is behind, 0 for a new run.
    public var resumedAfterStep: Int
    public var totalSteps: Int

    public init(
        name: String, configuration: String, parameters: Int, trainedParameters: Int, trainingHeadlines: Int,
        validationHeadlines: Int, trainingTokens: Int, resumedAfterStep: Int, totalSteps: Int
    ) {
        self.name = name
        self.configuration = configuration
        self.parameters = parameters
        self.trainedParameters = trainedParameters
        self.trainingHeadlines = trainingHeadlines
        self.validationHeadlines = validationHeadlines
        self.trainingTokens = trainingTokens
        self.resumedAfterStep = resumedAfterStep
        self.totalSteps = totalSteps
    }
}

/// One optimizer step.
public struct StepEvent: Sendable, Equatable {
    /// From 1.
    public var step: Int
    public var totalSteps: Int
    /// Passes over the training data so far, with the fraction of the current one.
    public var epoch: Double
    /// Nats per prediction over the step, before it changed the weights.
    public var loss: Double
    public var learningRate: Double
    /// Euclidean norm of the gradient of the mean loss, before clipping.
    public var gradientNorm: Double
    /// Tokens that the step read.
    public var tokens: Int
    /// Time of this step alone, without evaluations and savings.
    public var seconds: Double
    /// Bytes of the process in memory after the step.
    public var residentMemory: Int
    /// Whether the guard refused the step and left the weights as they were.
    public var isSkipped: Bool

    /// Tokens per second of this step, 0 for one that took no time.
    public var tokensPerSecond: Double { seconds > 0 ? Double(tokens) / seconds : 0 }

    public init(
        step: Int, totalSteps: Int, epoch: Double, loss: Double, learningRate: Double, gradientNorm: Double,
        tokens: Int,
        seconds: Double, residentMemory: Int, isSkipped: Bool
    ) {
        self.step = step
        self.totalSteps = totalSteps
        self.epoch = epoch
        self.loss = loss
        self.learningRate = learningRate
        self.gradientNorm = gradientNorm
        self.tokens = tokens
        self.seconds = seconds
        self.residentMemory = residentMemory
        self.isSkipped = isSkipped
    }
}

/// One pass over the validation data.
public struct EvaluationEvent: Sendable, Equatable {
    /// The step after which it was made, 0 before the first.
    public var step: Int
    public var result: TaskEvaluation
    /// What the loss is per.
    public var unit: PredictionUnit
    public var seconds: Double
    /// Whether it is the best so far.
    public var isBest: Bool

    public init(step: Int, result: TaskEvaluation, unit: PredictionUnit, seconds: Double, isBest: Bool) {
        self.step = step
        self.result = result
        self.unit = unit
        self.seconds = seconds
        self.isBest = isBest
    }
}

/// Completions of the fixed prompts.
public struct SamplesEvent: Sendable, Equatable {
    /// A prompt and what the model wrote after it, without the prompt.
    public struct Sample: Sendable, Equatable {
        public var prompt: String
        public var completion: String

        public init(prompt: String, completion: String) {
            self.prompt = prompt
            self.completion = completion
        }
    }

    public var step: Int
    public var samples: [Sample]

    public init(step: Int, samples: [Sample]) {
        self.step = step
        self.samples = samples
    }
}

/// One file or folder that was written whole.
public struct SavedEvent: Sendable, Equatable {
    public var path: String
    public var step: Int
    public var seconds: Double
    public var bytes: Int

    public init(path: String, step: Int, seconds: Double, bytes: Int) {
        self.path = path
        self.step = step
        self.seconds = seconds
        self.bytes = bytes
    }
}

/// A run that made its last step.
public struct FinishedEvent: Sendable, Equatable {
    /// The number of the last step.
    public var steps: Int
    /// Time of this process in the run.
    public var seconds: Double
    /// Tokens trained on by this process.
    public var tokens: Int
    /// The best evaluation, `nil` when there was none.
    public var bestStep: Int?
    /// Its figure that made it the best.
    public var best: TaskEvaluation.Figure?
    /// The most bytes the process had in memory.
    public var peakResidentMemory: Int

    public init(
        steps: Int, seconds: Double, tokens: Int, bestStep: Int?, best: TaskEvaluation.Figure?,
        peakResidentMemory: Int
    ) {
        self.steps = steps
        self.seconds = seconds
        self.tokens = tokens
        self.bestStep = bestStep
        self.best = best
        self.peakResidentMemory = peakResidentMemory
    }
}
