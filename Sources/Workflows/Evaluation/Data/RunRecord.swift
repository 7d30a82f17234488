import Files
import HeadlineData

/// The headlines that a training run has seen, by its settings: `config.yaml` next to the model folder.
public struct RunRecord: Sendable {
    /// The path of the settings file.
    public let path: String
    /// The path of the training file.
    public let training: String
    /// The path of the validation file; `nil` if a part of the training file was held out.
    public let validation: String?
    /// The part that was held out if there is no validation file.
    public let heldOut: EvaluationData.HeldOut
    /// True if a temperature was fitted on the validation headlines.
    public let fitsTemperature: Bool

    /// Creates a record.
    public init(
        path: String, training: String, validation: String?, heldOut: EvaluationData.HeldOut, fitsTemperature: Bool
    ) {
        (self.path, self.training, self.validation) = (path, training, validation)
        (self.heldOut, self.fitsTemperature) = (heldOut, fitsTemperature)
    }

    /// A remark on the headlines that the model is evaluated on.
    public struct Remark: Sendable, Hashable {
        /// The remark, as a clause without a capital letter or a full stop.
        public let text: String
        /// True if the model may have been trained on these headlines.
        public let isWarning: Bool
    }

    /// Returns a remark on the headlines of a file, all of them or the held-out `part`; `nil` if the run never used them.
    func remark(on source: EvaluationData.Source, heldOut part: EvaluationData.HeldOut?) -> Remark? {
        let isTraining = Self.isSame(training, source)
        if let validation, Self.isSame(validation, source) == true { return chosen }
        switch (isTraining, part) {
        case (true, nil):
            return warning("the model was trained on this file, and no part of it is held out here")
        case (true, let part?) where validation != nil:
            return warning(
                "the model was trained on all of this file, including the part \(part) that is held out here")
        case (true, let part?) where part.isSame(as: heldOut): return chosen
        case (_, let part?) where isTraining != false && !part.isSame(as: heldOut):
            return warning(
                "training held out \(heldOut), not \(part), so the model has seen some of these headlines")
        case (false, .some):
            return warning(
                "the model was trained on \(training), which is not this file, so the rest of this file is not its training data"
            )
        default: return nil
        }
    }

    private func warning(_ text: String) -> Remark { Remark(text: "according to \(path), \(text)", isWarning: true) }

    private var chosen: Remark {
        Remark(
            text: "according to \(path), these headlines also chose the best step of the run"
                + (fitsTemperature ? " and its temperature" : "")
                + ", so results on new headlines may be a little worse; use headlines that no run has seen for a final test",
            isWarning: false)
    }

    /// True if both files have the same bytes; `nil` if one can no longer be read.
    private static func isSame(_ path: String, _ source: EvaluationData.Source) -> Bool? {
        guard pathExists(path), let digest = try? SHA256Digest.ofFile(path) else { return nil }
        return digest.hexadecimal == source.digest
    }
}
