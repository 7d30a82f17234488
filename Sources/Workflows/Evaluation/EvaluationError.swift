public import ModelFolders
public import Text

/// The reason why a model cannot be evaluated on some data.
public enum EvaluationError: ReportableError, Equatable {
    /// A description of a held-out part that is not `method:fraction:seed`.
    case invalidHeldOut(String, methods: [String])
    /// A list of baselines with a name that is none of them.
    case unknownBaseline(String, known: [String])
    /// A threshold that is not `name=value`.
    case invalidThreshold(String, example: String)
    /// A threshold on a metric that does not exist.
    case unknownMetric(String, known: [String])
    /// A threshold on a metric that needs an input which was not given.
    case missingInput(metric: String, input: String)
    /// A training file and a held-out part, which exclude each other.
    case trainingFileAndHeldOut
    /// Two models of different kinds, which cannot be compared.
    case differentKinds(_ a: String, ModelKind, _ b: String, ModelKind)
    /// Two classifiers with different labels; `label` is one that only one of them has.
    case differentLabels(_ a: String, _ b: String, label: String)
    /// A score that is not finite for `place`, such as `line 3 of data.csv`, from the model in `folder`.
    case nonFiniteScore(folder: String, place: String)
    /// Headlines with labels that the model does not know: the first of them, and counts of such labels and headlines.
    case unknownLabels(path: String, line: Int, label: String, labels: Int, headlines: Int, known: [String])
    /// A training file without a single label that the model knows.
    case noKnownLabels(path: String)
    /// A headline that the model cannot read, at `line` of the file; `problem` is a predicate such as `has no text`.
    case unusableHeadline(path: String, line: Int, problem: String)
    /// Predictions that cannot be evaluated.
    case unusablePredictions(path: String, problem: String)
    /// More copies of training headlines among the evaluated ones than allowed.
    case leakage(path: String, training: String, exact: Int, near: Int, of: Int, share: Double, allowed: Double)
    /// A generator that ends every sample before its first word.
    case onlyEmptySamples(count: Int)
    /// A comparison without a headline that fits both models' contexts.
    case nothingToCompare(path: String)

    /// The kind of error.
    public var category: ErrorCategory {
        switch self {
        case .invalidHeldOut, .unknownBaseline, .invalidThreshold, .unknownMetric, .missingInput,
            .trainingFileAndHeldOut, .differentKinds, .differentLabels:
            .invalidRequest
        case .nonFiniteScore, .unknownLabels, .noKnownLabels, .unusableHeadline, .unusablePredictions, .leakage,
            .onlyEmptySamples, .nothingToCompare:
            .invalidInput
        }
    }

    /// The error as a sentence.
    public var description: String {
        switch self {
        case .invalidHeldOut(let text, let methods):
            "\"\(text)\" does not describe a held-out part, expected METHOD:FRACTION:SEED as in data.split of the run, such as"
                + " stratified:0.2:1; methods are \(methods.joined(separator: ", "))"
        case .unknownBaseline(let name, let known):
            "there is no baseline `\(name)`, expected none, or some of \(known.joined(separator: ","))"
                + suggestion(for: name, among: known)
        case .invalidThreshold(let text, let example):
            "\"\(text)\" is not a limit, expected NAME=NUMBER, such as \(example)"
        case .unknownMetric(let name, let known):
            "there is no metric `\(name)`, expected one of \(known.joined(separator: ", "))"
                + suggestion(for: name, among: known)
        case .missingInput(let metric, let input): "\(metric) cannot be measured without \(input), which was not given"
        case .trainingFileAndHeldOut:
            "a training file and a held-out part are both given, expected one of them: with a held-out part, the rest of the"
                + " file is the training data"
        case .differentKinds(let a, let kindOfA, let b, let kindOfB):
            "\(a) holds a \(kindOfA.rawValue) and \(b) a \(kindOfB.rawValue), expected two models of one kind"
        case .differentLabels(let a, let b, let label):
            "\(a) and \(b) have different labels, \"\(escapedForTerminal(label))\" for one; train both on the same labels to"
                + " compare them"
        case .nonFiniteScore(let folder, let place):
            "\(folder): the model's score for \(place) is not finite: its weights are damaged or its training diverged; train it"
                + " again with a lower learning rate, or use an earlier checkpoint"
        case .unknownLabels(let path, let line, let label, let labels, let headlines, let known):
            Self.unknownLabels(path, line, label, labels, headlines, known)
        case .noKnownLabels(let path): "\(path): the model knows none of the labels in this training file"
        case .unusableHeadline(let path, let line, let problem): "\(path): line \(line): the headline \(problem)"
        case .unusablePredictions(let path, let problem): "\(path): \(problem)"
        case .leakage(let path, let training, let exact, let near, let count, let share, let allowed):
            "\(path): \(grouped(exact)) of its \(Formatting.count(count, "headline")) also appear in \(training), and \(grouped(near)) more are"
                + " near-duplicates (\(Formatting.percent(share)) together, more than the \(Formatting.percent(allowed)) allowed);"
                + " the results would flatter the model: remove these headlines"
        case .onlyEmptySamples(let count):
            "the model ended all \(count) samples before their first word; train it longer, or raise the temperature"
        case .nothingToCompare(let path):
            "\(path): every headline is longer than the context of one of the models, so there is nothing to compare"
        }
    }

    private static func unknownLabels(
        _ path: String, _ line: Int, _ label: String, _ labels: Int, _ headlines: Int, _ known: [String]
    ) -> String {
        let more = labels > 1 ? " (and \(labels - 1) more such label\(labels == 2 ? "" : "s"))" : ""
        let count =
            "\(Formatting.count(headlines, "headline")) \(headlines == 1 ? "has such a label" : "have such labels")"
        return
            "\(path): the model does not know the label \"\(escapedForTerminal(label))\" in line \(line)\(more); \(count):"
            + " merge these labels with a label map (labels.map), as in training, or remove the headlines"
            + suggestion(for: label, among: known)
    }
}
