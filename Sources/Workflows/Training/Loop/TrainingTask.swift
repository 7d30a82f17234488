public import Autograd
public import HeadlineData

/// What a run trains: the loop is one, the tasks differ in model, loss and what they show.
public protocol TrainingTask {
    /// The parameters that the optimizer changes.
    var trainedParameters: [Parameter] { get }
    /// All parameters of the model, trained or not.
    var allParameters: [Parameter] { get }
    /// Which headlines each step takes.
    var plan: BatchPlan { get }
    /// What is predicted, and what losses are means over.
    var unit: PredictionUnit { get }
    /// What makes one evaluation better than another.
    var objective: Objective { get }
    /// The headlines there are to evaluate on.
    var validationCount: Int { get }
    /// The tokens that an evaluation takes.
    var validationTokens: Int { get }
    /// A digest of all tokens on both sides: a checkpoint belongs to them.
    var dataDigest: String { get }

    /// The loss of some headlines, summed over what is predicted: a scalar, recorded when a tape is.
    /// - Parameter firstRow: the row of their first token within the whole step.
    func lossSum(of headlines: [Int32], firstRow: Int) -> Tensor

    /// How many predictions, weighted as they are, the loss of a step sums over: what it is divided by.
    func lossCount(of step: StepPlan) -> Double

    /// What the learning rate is multiplied by for a parameter.
    func learningRateScale(of parameter: Parameter) -> Double

    /// The loss of a batch with as many tokens as a micro-batch may have, whatever they say, and how many that are.
    func largestLossSum() -> (loss: Tensor, tokens: Int)

    /// Scores the validation headlines; `nil` when told to stop meanwhile. A loss that is not finite ends the run.
    func evaluate(isStopping: () -> Bool) -> TaskEvaluation?

    /// What the model writes now, for people to read, empty for a task without; `nil` when told to stop meanwhile.
    func samples(isStopping: () -> Bool) throws -> [SamplesReport.Sample]?

    /// What a finished run tells a person about the exported model in `folder`; empty where there is nothing to tell.
    func summary(of folder: String) throws -> String

    /// Writes a model folder to `path`, in one step.
    /// - Parameter evaluation: the newest one, for the model card; `nil` before the first.
    func export(to path: String, evaluation: TaskEvaluation?) throws
}
