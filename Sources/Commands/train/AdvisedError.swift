import Text
import Training

/// An error of training with advice about the flags of `train`, which the library does not know.
struct AdvisedError: ReportableError {
    let description: String
    let category: ErrorCategory

    init(_ error: TrainingError) {
        category = error.category
        description = error.description + (Self.advice(for: error) ?? "")
    }

    private static func advice(for error: TrainingError) -> String? {
        switch error {
        case .runExists: "; resume it with --resume, or choose another folder with --output"
        case .otherKind: "; choose another folder with --output"
        case .otherHeadlines, .noUsableCheckpoint: " with --output"
        case .noTrainingFile: ", or with --train FILE"
        case .meanLayerWithoutBase: ", or with --base DIR"
        default: nil
        }
    }
}
