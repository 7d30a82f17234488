/// An event of a training run. Every `TrainingObserver` receives all of them in order.
public enum TrainingEvent: Sendable, Equatable {
    /// A sentence about the preparation of the run, such as counts of the data.
    case note(String)
    /// A sentence that people should read, about something that does not end the run.
    case warning(String)
    /// The loop begins.
    case started(StartedEvent)
    /// A step was made or skipped.
    case step(StepEvent)
    /// The validation headlines were scored.
    case evaluation(EvaluationEvent)
    /// The model wrote samples.
    case samples(SamplesEvent)
    /// A checkpoint was written.
    case saved(SavedEvent)
    /// The run ends before its last step, for a reason: a signal, early stopping, a diverged loss.
    case stopped(reason: String, step: Int)
    /// The run has ended by itself.
    case finished(FinishedEvent)
}

/// The sizes of a run that begins.
public struct StartedEvent: Sendable, Equatable {
    /// The run's name, usually that of its folder.
    public var name: String
    /// The resolved configuration as YAML.
    public var configuration: String
    /// The number of parameters of the model.
    public var parameters: Int
    /// The number of parameters that are trained.
    public var trainedParameters: Int
    /// The number of headlines to train on.
    public var trainingHeadlines: Int
    /// The number of headlines to validate on.
    public var validationHeadlines: Int
    /// Tokens of one epoch, end tokens included.
    public var trainingTokens: Int
    /// The last step that had been made, 0 for a new run.
    public var resumedAfterStep: Int
    /// The number of steps of the whole run.
    public var totalSteps: Int

    /// Makes an event.
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
    /// The number of the step, from 1.
    public var step: Int
    /// The number of steps of the whole run.
    public var totalSteps: Int
    /// Passes over the training data so far, with the fraction of the current one.
    public var epoch: Double
    /// Nats per prediction over the step, before it changed the weights.
    public var loss: Double
    /// The learning rate of the step.
    public var learningRate: Double
    /// Euclidean norm of the gradient of the mean loss, before clipping.
    public var gradientNorm: Double
    /// Tokens that the step read.
    public var tokens: Int
    /// Time of this step alone, without evaluations and checkpoints.
    public var seconds: Double
    /// Bytes of the process in memory after the step.
    public var residentMemory: Int
    /// True if the guard refused the step and left the weights as they were.
    public var isSkipped: Bool

    /// Tokens per second of this step, 0 for one that took no time.
    public var tokensPerSecond: Double { seconds > 0 ? Double(tokens) / seconds : 0 }

    /// Makes an event.
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
    /// The figures.
    public var result: TaskEvaluation
    /// The thing that is predicted, over which the loss is a mean.
    public var unit: PredictionUnit
    /// The time it took.
    public var seconds: Double
    /// True if it is the best so far.
    public var isBest: Bool

    /// Makes an event.
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
    /// A prompt and its completion.
    public struct Sample: Sendable, Equatable {
        /// The beginning that the model was given.
        public var prompt: String
        /// The text that the model wrote after the prompt.
        public var completion: String

        /// Makes a sample.
        public init(prompt: String, completion: String) {
            self.prompt = prompt
            self.completion = completion
        }
    }

    /// The step after which they were written.
    public var step: Int
    /// The samples, in the order of the prompts.
    public var samples: [Sample]

    /// Makes an event.
    public init(step: Int, samples: [Sample]) {
        self.step = step
        self.samples = samples
    }
}

/// A checkpoint that was written.
public struct SavedEvent: Sendable, Equatable {
    /// The path of the file.
    public var path: String
    /// The step after which it was written.
    public var step: Int
    /// The time it took.
    public var seconds: Double
    /// The size of its arrays.
    public var bytes: Int

    /// Makes an event.
    public init(path: String, step: Int, seconds: Double, bytes: Int) {
        self.path = path
        self.step = step
        self.seconds = seconds
        self.bytes = bytes
    }
}

/// The totals of a run that has ended.
public struct FinishedEvent: Sendable, Equatable {
    /// The number of the last step.
    public var steps: Int
    /// Time of this process in the run.
    public var seconds: Double
    /// Tokens trained on by this process.
    public var tokens: Int
    /// The step of the best evaluation, `nil` if there was none.
    public var bestStep: Int?
    /// The figure that made it the best.
    public var best: TaskEvaluation.Figure?
    /// The most bytes that the process had in memory.
    public var peakResidentMemory: Int

    /// Makes an event.
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
