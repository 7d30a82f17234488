public import Autograd
public import HeadlineData

/// A model and its headlines as the training loop sees them: the loop is one, the tasks differ in model, loss and evaluation.
public protocol TrainingTask {
    /// The parameters that the optimizer changes.
    var trainedParameters: [Parameter] { get }
    /// All parameters of the model, trained or not.
    var allParameters: [Parameter] { get }
    /// The model that training started from; `nil` for one that started from random weights.
    var base: BaseModel? { get }
    /// The headlines of each step.
    var plan: BatchPlan { get }
    /// The thing that is predicted, over which losses are means.
    var unit: PredictionUnit { get }
    /// The figure that makes one evaluation better than another.
    var objective: Objective { get }
    /// The number of headlines to evaluate on.
    var validationCount: Int { get }
    /// The tokens of one evaluation.
    var validationTokens: Int { get }
    /// A digest of all tokens, of training and validation: a checkpoint belongs to them.
    var dataDigest: String { get }

    /// Returns the loss of some headlines, summed over the predictions: a scalar, recorded if a tape is.
    func lossSum(of headlines: [Int32]) -> Tensor

    /// Returns the number of predictions, weighted as they are, that the loss of a step sums over: it is divided by that.
    func lossCount(of step: StepPlan) -> Double

    /// Returns the factor of the learning rate for a parameter; 1 unless a task says otherwise.
    func learningRateScale(of parameter: Parameter) -> Double

    /// Returns the loss of a batch of as many tokens as a micro-batch may have, and their number. Its value means nothing.
    func largestLossSum() -> (loss: Tensor, tokens: Int)

    /// Scores the validation headlines; `nil` when asked to stop meanwhile. A loss that is not finite ends the run.
    func evaluate(isStopping: () -> Bool) -> TaskEvaluation?

    /// Writes a model folder to `path`, in one step.
    /// - Parameter evaluation: The evaluation of the weights as they are; `nil` where they have not been evaluated.
    func export(to path: String, evaluation: TaskEvaluation?) throws
}

extension TrainingTask {
    /// Returns 1: all parameters learn at the same rate.
    public func learningRateScale(of parameter: Parameter) -> Double { 1 }
}

/// A task whose model writes text, of which people read samples after each evaluation.
public protocol SampleWritingTask: TrainingTask {
    /// Returns samples of the model's text; `nil` when asked to stop meanwhile.
    func samples(isStopping: () -> Bool) throws -> [SamplesEvent.Sample]?
}

/// A task that sums up a finished run in more than the figures of its evaluations.
public protocol SummarizingTask: TrainingTask {
    /// Returns tables about the exported model in `folder`.
    func summary(of folder: String) throws -> String
}
