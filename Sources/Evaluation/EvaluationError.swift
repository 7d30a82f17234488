public import Files

/// Why a model cannot be judged on this data, for the person who has to act on it.
public struct EvaluationError: ReportableError, Equatable {
    public let description: String
    public let exitStatus: ExitStatus

    public init(_ description: String, _ exitStatus: ExitStatus) {
        self.description = description
        self.exitStatus = exitStatus
    }
}
