import Files
import HeadlineData

/// What the settings of the run that trained a model say about the headlines it has seen: `config.yaml` beside the model folder.
public struct RunRecord: Sendable {
    /// The file of settings.
    public let path: String
    /// The file that the run learned from.
    public let training: String
    /// The file that the run was judged on while it learned; `nil` where a part of the first was held out.
    public let validation: String?
    /// The part that was held out where there is no second file.
    public let heldOut: EvaluationData.HeldOut
    /// Whether a temperature was fitted on the headlines that the run was judged on.
    public let fitsTemperature: Bool

    public init(
        path: String, training: String, validation: String?, heldOut: EvaluationData.HeldOut, fitsTemperature: Bool
    ) {
        (self.path, self.training, self.validation) = (path, training, validation)
        (self.heldOut, self.fitsTemperature) = (heldOut, fitsTemperature)
    }

    /// What it says about headlines that the model is to be judged on.
    public struct Remark: Sendable, Hashable {
        /// A sentence without a full stop.
        public let text: String
        /// Whether the model may have learned from these headlines.
        public let isWarning: Bool
    }

    /// What there is to say about headlines of a file, all of it or the part that `part` holds out; `nil` when the run has
    /// nothing to do with it.
    func remark(on source: EvaluationData.Source, heldOut part: EvaluationData.HeldOut?) -> Remark? {
        let isTraining = Self.isSame(training, source)
        if let validation, Self.isSame(validation, source) == true { return chosen }
        switch (isTraining, part) {
        case (true, nil):
            return warning("the model was trained on this file, and nothing of it is held out here")
        case (true, let part?) where validation != nil:
            return warning("the model was trained on all of this file, also on the part \(part) that is held out here")
        case (true, let part?) where part.isSame(as: heldOut): return chosen
        case (_, let part?) where isTraining != false && !part.isSame(as: heldOut):
            return warning(
                "training held out \(heldOut), not \(part), so the model has learned from some of these headlines")
        case (false, .some):
            return warning(
                "the model was trained on \(training), which is not this file, so what --held-out leaves is not what it learned"
                    + " from")
        default: return nil
        }
    }

    private func warning(_ text: String) -> Remark { Remark(text: "by \(path), \(text)", isWarning: true) }

    private var chosen: Remark {
        Remark(
            text: "by \(path), these headlines also chose the best step of the run"
                + (fitsTemperature ? " and its temperature" : "")
                + ", so figures on others may be a little worse; a last test takes headlines that no run has seen",
            isWarning: false)
    }

    /// Whether a file has the bytes of another; `nil` when it cannot be read any more.
    private static func isSame(_ path: String, _ source: EvaluationData.Source) -> Bool? {
        guard pathExists(path), let digest = try? SHA256Digest.ofFile(path) else { return nil }
        return digest.hexadecimal == source.digest
    }
}
