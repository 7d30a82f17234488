import HeadlineData
import Metrics
public import Reports

extension ClassifierEvaluation {
    /// Whether to ship it, why, and what to fix first.
    public var verdict: Verdict {
        let issues = issues.byWeight
        let outcome: Verdict.Outcome =
            issues.contains(where: \.isGrave) ? .bad : issues.isEmpty ? .good : .caution
        var reasons = [standing] + comparisonReasons + [usefulness]
        if let first = issues.first { reasons.append("Fix first: \(first.sentence). \(first.advice)") }
        reasons += issues.dropFirst().prefix(3).map { "Then: \($0.sentence). \($0.advice)" }
        return Verdict(outcome, sentence(outcome), reasons: reasons)
    }

    private func sentence(_ outcome: Verdict.Outcome) -> String {
        switch outcome {
        case .good:
            "ship it: it is better than what it was compared with, and nothing stands out that should be fixed first."
        case .caution where usefulCoverage > 0 && usefulCoverage < 0.95:
            "ship it for the headlines it is sure of, and leave the others to a person, until what follows is fixed."
        case .caution: "it can be used with care: read what follows before you ship it."
        case .bad: "do not ship it yet."
        }
    }

    /// The accuracy that people usually ask for before they let a machine label on its own.
    static let usefulAccuracy = 0.8

    private var usefulCoverage: Double { coverage.coverage(atAccuracy: Self.usefulAccuracy) }

    private var accuracy: Measure? { measures.named("accuracy") }

    private var standing: String {
        let interval = accuracy?.interval
        let text = accuracy.map { $0.style.text($0.value) } ?? ""
        let range = interval.map {
            " (95% interval \(NumberText.fixed($0.lower, 3)) to \(NumberText.fixed($0.upper, 3)))"
        }
        return
            "It gives \(NumberText.percent(accuracy?.value ?? 0)) of \(NumberText.headlines(predictions.count)) their label of"
            + " \(labels.count): accuracy \(text)\(range ?? ""), macro F1 \(NumberText.fixed(report.scores.macroF1, 3)); the right"
            + " label is among its first three for \(NumberText.percent(report.scores.topThreeAccuracy))."
    }

    /// The strongest of the baselines.
    private var strongest: BaselineResult? { baselines.max { $0.scores.accuracy < $1.scores.accuracy } }

    private var comparisonReasons: [String] {
        guard let strongest else {
            return [
                "Nothing simpler stands beside it: give the headlines it was trained on by --train to learn what its size is worth."
            ]
        }
        let difference = strongest.comparison.difference
        let range = "\(points(difference.lower)) to \(points(difference.upper)) points"
        let name = strongest.baseline.title
        let figure = NumberText.fixed(strongest.scores.accuracy, 3)
        switch strongest.comparison.verdict {
        case .bIsBetter:
            return [
                "It is better than the strongest baseline, \(name) (accuracy \(figure)), by \(points(difference.estimate)) points (\(range))."
            ]
        case .aIsBetter: return ["The \(name) baseline is more accurate (\(figure)): the difference is \(range)."]
        case .undecided:
            return [
                "This data cannot tell it apart from the strongest baseline, \(name) (accuracy \(figure)): the difference is \(range)."
            ]
        }
    }

    private var usefulness: String {
        let target = NumberText.percent(Self.usefulAccuracy, 0)
        guard usefulCoverage > 0 else { return "Not even the headlines it is surest of are labelled \(target) right." }
        guard usefulCoverage < 1 else { return "It labels all headlines at least \(target) right." }
        return
            "The \(NumberText.percent(usefulCoverage, 0)) of headlines that it is surest of are labelled \(target) right."
    }

    private func points(_ share: Double) -> String { NumberText.fixed(100 * share, 1) }

    // MARK: Issues

    /// What stands out, with the share of headlines that it concerns as its cost.
    var issues: [Issue] {
        baselineIssues + confusionIssues + labelIssues + weakLabelIssues + calibrationIssues + dataIssues
    }

    private var baselineIssues: [Issue] {
        let most =
            Double(labels.indices.map { report.confusion.support(of: $0) }.max() ?? 0) / Double(predictions.count)
        if let interval = accuracy?.interval, interval.lower <= most {
            return [
                Issue(
                    sentence:
                        "always giving the most frequent label would be right for \(NumberText.percent(most)) too",
                    advice:
                        "Train longer or with a higher learning rate, and check that labels and headlines belong together.",
                    cost: 1, isGrave: true)
            ]
        }
        guard let strongest else { return [] }
        switch strongest.comparison.verdict {
        case .bIsBetter: return []
        case .aIsBetter:
            return [
                Issue(
                    sentence: "\(strongest.baseline.title) is better and costs nothing",
                    advice: "Use it, or start from a pretrained encoder, train longer, or give more headlines.",
                    cost: 1,
                    isGrave: true)
            ]
        case .undecided:
            return [
                Issue(
                    sentence: "\(strongest.baseline.title) may be as good and costs nothing",
                    advice: "Train longer, start from a pretrained encoder, or evaluate on more headlines.", cost: 0.5)
            ]
        }
    }

    /// Labels that lose more headlines to another one than they keep, each with the one that takes most.
    private var swallowed: [LabelConfusion] {
        var seen: Set<Int> = []
        return confusions.filter { $0.isSwallowed && seen.insert($0.first).inserted }
    }

    /// The accuracy if each swallowed label were one with the label that swallows it.
    private var mergedAccuracy: Double {
        var target = Array(labels.indices)
        for pair in swallowed.reversed() { target[pair.first] = pair.second }
        func merged(_ label: Int) -> Int {
            var (place, steps) = (label, 0)
            while target[place] != place, steps < labels.count { (place, steps) = (target[place], steps + 1) }
            return place
        }
        let right = zip(predictions.labels, predictions.predicted).count { merged($0) == merged($1) }
        return Double(right) / Double(predictions.count)
    }

    private var confusionIssues: [Issue] {
        let pairs = swallowed
        guard !pairs.isEmpty else { return [] }
        let names = pairs.prefix(5).map { "\(labels[$0.first]) to \(labels[$0.second])" }.joined(separator: ", ")
        let more = pairs.count > 5 ? ", …" : ""
        let gain = mergedAccuracy - report.scores.accuracy
        let subject = pairs.count == 1 ? "one label loses" : "\(pairs.count) labels lose"
        return [
            Issue(
                sentence:
                    "\(subject) more headlines to another label than the model leaves \(pairs.count == 1 ? "it" : "them") (\(names)\(more))",
                advice:
                    "Those that mean the same should be merged by a label map: with all of them merged, accuracy would be \(NumberText.percent(mergedAccuracy)). The others need more training headlines.",
                cost: gain)
        ]
    }

    private var labelIssues: [Issue] {
        let share = Double(errors.suspectedLabels.count) / Double(predictions.count)
        guard share >= 0.02 else { return [] }
        return [
            Issue(
                sentence:
                    "\(NumberText.headlines(errors.suspectedLabels.count)) (\(NumberText.percent(share))) have a label that looks wrong, or is one of two that fit",
                advice:
                    "Read the list of suspected label errors: correct what is wrong, in the training file as well, and settle which label wins where two fit.",
                cost: share)
        ]
    }

    /// Labels that the model hardly finds.
    private var weakLabelIssues: [Issue] {
        let named = Set(swallowed.map { labels[$0.first] })
        let weak = report.classes.filter { $0.support >= 10 && $0.recall < 0.2 && !named.contains($0.label) }
            .sorted { $0.support > $1.support }
        guard !weak.isEmpty else { return [] }
        let missed = weak.reduce(0.0) { $0 + Double($1.support) * (1 - $1.recall) } / Double(predictions.count)
        let names = weak.prefix(5).map(\.label).joined(separator: ", ") + (weak.count > 5 ? ", …" : "")
        let other = named.isEmpty ? "" : " more"
        let subject = weak.count == 1 ? "one\(other) label is" : "\(weak.count)\(other) labels are"
        return [
            Issue(
                sentence: "\(subject) found less than one time in five (\(names))",
                advice:
                    "Give more training headlines of them, weigh them up (loss.classWeights), or merge them: what is missed is \(NumberText.percent(missed)) of all headlines.",
                cost: missed)
        ]
    }

    private var calibrationIssues: [Issue] {
        let found = calibration.after
        let excess = found.error - found.errorIfCalibrated
        guard excess > 3 * found.deviationIfCalibrated, excess > 0.03 else { return [] }
        let isSure = calibration.refitted.scaling.temperature > 1
        return [
            Issue(
                sentence:
                    "it is \(isSure ? "surer" : "less sure") of itself than it should be (calibration error \(NumberText.fixed(found.error, 3)), \(NumberText.fixed(found.errorIfCalibrated, 3)) if calibrated)",
                advice:
                    "Fit the temperature anew on headlines like these; here \(NumberText.fixed(calibration.refitted.scaling.temperature, 2)) would be best.",
                cost: excess)
        ]
    }

    private var dataIssues: [Issue] {
        var issues: [Issue] = []
        if predictions.count < 300 {
            issues.append(
                Issue(
                    sentence: "these are only \(NumberText.headlines(predictions.count)), so every figure is rough",
                    advice: "Evaluate on a thousand or more.", cost: 0.2))
        }
        if let leakage = data.leakage, leakage.share > EvaluationData.usualLeakage {
            issues.append(
                Issue(
                    sentence:
                        "\(NumberText.percent(leakage.share)) of these headlines stand in the training file, exactly or nearly",
                    advice: "Remove them: the figures flatter.", cost: leakage.share))
        }
        let share = Double(cut) / Double(predictions.count)
        if share > 0.01 {
            issues.append(
                Issue(
                    sentence: "\(NumberText.headlines(cut)) have more tokens than the model reads",
                    advice: "Train a model with more positions.", cost: share))
        }
        return issues
    }
}
