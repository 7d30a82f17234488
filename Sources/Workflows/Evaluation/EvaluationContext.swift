public import Statistics

/// The settings that every evaluation shares.
public struct EvaluationContext {
    /// The bootstrap behind every interval.
    public let bootstrap: Bootstrap
    /// The command as it was typed, for the report.
    public let command: String
    /// The names of optional inputs in advice.
    public let inputs: InputNames
    /// Receives the name of the current stage and the fraction of it that is done.
    public let progress: (_ stage: String, _ fraction: Double) -> Void

    /// Creates a context.
    public init(
        bootstrap: Bootstrap, command: String, inputs: InputNames = InputNames(),
        progress: @escaping (_ stage: String, _ fraction: Double) -> Void = { _, _ in }
    ) {
        (self.bootstrap, self.command, self.inputs, self.progress) = (bootstrap, command, inputs, progress)
    }
}

/// The names of optional inputs in the advice of reports; a command may add the flags that give them.
public struct InputNames: Sendable {
    /// The headlines that the model was trained on.
    public var training = "the training file"
    /// The generator before it was fine-tuned.
    public var base = "the base model"
    /// The simple classifiers to compare with.
    public var baselines = "some baselines"

    /// Creates the names without flags.
    public init() {}
}
