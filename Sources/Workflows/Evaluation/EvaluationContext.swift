public import Statistics

/// What every evaluation is done with.
public struct EvaluationContext {
    /// Of all intervals.
    public let bootstrap: Bootstrap
    /// The command as it was typed, for the report.
    public let command: String
    /// Told which stage is under way and how much of it is done, 0 to 1.
    public let progress: (_ stage: String, _ fraction: Double) -> Void

    public init(
        bootstrap: Bootstrap, command: String,
        progress: @escaping (_ stage: String, _ fraction: Double) -> Void = { _, _ in }
    ) {
        (self.bootstrap, self.command, self.progress) = (bootstrap, command, progress)
    }
}
