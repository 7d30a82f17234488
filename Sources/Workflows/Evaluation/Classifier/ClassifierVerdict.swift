import HeadlineData
public import Reports
import Statistics
import Text

extension ClassifierEvaluation {
    /// The verdict: ship the model or not, why, and what to fix first.
    public var verdict: Verdict {
        let canLabelSome = usefulCoverage > 0 && usefulCoverage < 0.95
        return Verdict(
            issues, metrics: [accuracySentence] + comparisonReasons + [coverageSentence],
            good:
                "Ship it: it beats \(strongest?.baseline.title ?? "every baseline"), the best baseline, and nothing needs fixing first.",
            caution: canLabelSome
                ? "Ship it with care: let it label the headlines it is confident about, and send the rest to an editor."
                : "Use it with care: read the points below before you ship it.")
    }

    /// The accuracy that people usually ask for before they let a model label on its own.
    static let usefulAccuracy = 0.8

    private var usefulCoverage: Double { usefulCoverage(Self.usefulAccuracy) }

    /// The fewest headlines, and the smallest share of all, that are worth leaving to the model.
    private static let (minimumHeadlines, minimumShare) = (30, 0.05)

    /// The fewest headlines of a useful coverage on this data.
    var minimumUseful: Int {
        max(Self.minimumHeadlines, Int((Self.minimumShare * Double(predictions.count)).rounded(.up)))
    }

    /// The largest share of most confident headlines that is labeled at least this accurately; 0 if it is too small to matter.
    func usefulCoverage(_ accuracy: Double) -> Double {
        let share = coverage.coverage(atAccuracy: accuracy)
        return share * Double(predictions.count) < Double(minimumUseful) - 0.5 ? 0 : share
    }

    private var accuracySentence: String {
        let accuracy = metrics.named("accuracy")
        let interval = accuracy?.interval?.range(.percent(1)).map { " (95 % interval \($0))" } ?? ""
        let scores = classification.scores
        return
            "It labels \(Formatting.percent(scores.accuracy)) of \(Formatting.count(predictions.count, "headline"))"
            + " correctly\(interval), \(Formatting.percent(scores.topThreeAccuracy)) within its top three."
            + " Macro-F1 is \(Formatting.fixed(scores.macroF1, 3))."
    }

    /// The baseline with the highest accuracy.
    private var strongest: BaselineResult? { baselines.max { $0.scores.accuracy < $1.scores.accuracy } }

    private var comparisonReasons: [String] {
        guard let strongest else { return [] }
        let difference = strongest.comparison.difference
        let name = "the best baseline, \(strongest.baseline.title) (\(Formatting.percent(strongest.scores.accuracy)))"
        let (gain, loss) = (points(difference.estimate), points(-difference.estimate))
        switch strongest.comparison.outcome {
        case .bIsBetter:
            return ["It beats \(name), by \(gain) points\(interval(difference.low, difference.high))."]
        case .aIsBetter:
            // Turned around, so that the loss is a positive number.
            let (low, high) = (difference.high.map { -$0 }, difference.low.map { -$0 })
            return ["It is worse than \(name), by \(loss) points\(interval(low, high))."]
        case .undecided:
            return [
                "These headlines cannot tell it from \(name): the difference is \(gain) points\(interval(difference.low, difference.high))."
            ]
        }
    }

    private func interval(_ low: Double?, _ high: Double?) -> String {
        guard let low, let high else { return "" }
        return " (95 % interval \(NumberStyle.decimals(1).range(100 * low, 100 * high)))"
    }

    private var coverageSentence: String {
        let target = Formatting.percent(Self.usefulAccuracy, 0)
        guard predictions.count > minimumUseful else {
            return "There are too few headlines to say which ones it could label alone."
        }
        guard usefulCoverage > 0 else {
            return
                "Even among its \(Formatting.count(minimumUseful, "most confident headline")), it is right less than \(target) of the time."
        }
        guard usefulCoverage < 1 else { return "On all headlines, it is right at least \(target) of the time." }
        return
            "At its most confident \(Formatting.percent(usefulCoverage, 0)) of headlines, it is right \(target) of the time."
    }

    private func points(_ share: Double) -> String { Formatting.fixed(100 * share, 1) }

    // MARK: Issues

    /// The issues; the cost of most is the share of headlines that they concern.
    var issues: [Issue] {
        baselineIssues + confusionIssues + labelIssues + weakLabelIssues + calibrationIssues + data.issues(cut: cut)
    }

    private var baselineIssues: [Issue] {
        if frequentLabel.outcome != .bIsBetter {
            let share = Formatting.percent(frequentLabel.a)
            return [
                Issue(
                    sentence: frequentLabel.outcome == .aIsBetter
                        ? "always predicting the most frequent label is right more often, \(share) of the time"
                        : "always predicting the most frequent label is right \(share) of the time, which may be as good",
                    advice: "Train longer or with a higher learning rate, and check that labels match their headlines.",
                    cost: 1, isGrave: true)
            ]
        }
        guard let strongest else {
            return [
                Issue(
                    sentence: "no baseline was compared, so nobody knows what the model is worth",
                    advice: data.training.isEmpty
                        ? "Name \(inputs.training): baselines learn from it." : "Compare it with \(inputs.baselines).",
                    cost: 0.5)
            ]
        }
        switch strongest.comparison.outcome {
        case .bIsBetter: return []
        case .aIsBetter:
            return [
                Issue(
                    sentence: "\(strongest.baseline.title) is better and costs almost nothing to train",
                    advice:
                        "Use it instead, or start from a pretrained encoder, train longer, or add training headlines.",
                    cost: 1, isGrave: true)
            ]
        case .undecided:
            return [
                Issue(
                    sentence: "\(strongest.baseline.title) may be as good and costs almost nothing to train",
                    advice: "Train longer, start from a pretrained encoder, or evaluate on more headlines.", cost: 0.5)
            ]
        }
    }

    /// The pairs in which one label loses most of its headlines to another; of each such label, the pair that takes most.
    ///
    /// Empty for a model that predicts almost nothing but a few labels: that says nothing about what labels mean, and with all
    /// of them merged anything is right.
    private var swallowed: [LabelConfusion] {
        var seen: Set<Int> = []
        let pairs = confusions.filter { $0.isSwallowed && seen.insert($0.first).inserted }
        let occurring = classification.classes.count { $0.support > 0 }
        let isCollapsed = 4 * pairs.count > 3 * occurring || pairs.count > occurring - 2
        return isCollapsed || baselineIssues.contains(where: \.isGrave) ? [] : pairs
    }

    /// The accuracy if each swallowed label were merged with the label that swallows it.
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
        guard let first = pairs.first else { return [] }
        let accuracy = Formatting.percent(mergedAccuracy)
        let cost = mergedAccuracy - classification.scores.accuracy
        guard pairs.count > 1 else {
            let (name, other) = (labels[first.first], labels[first.second])
            return [
                Issue(
                    sentence: "the model assigns most \(name) headlines to \(other)",
                    advice:
                        "If the two labels mean the same, merge them with a label map: accuracy would be \(accuracy). If not, add training headlines for \(name).",
                    cost: cost)
            ]
        }
        let names = pairs.prefix(5).map { "\(labels[$0.first]) to \(labels[$0.second])" }.joined(separator: ", ")
        return [
            Issue(
                sentence:
                    "the model assigns most headlines of \(pairs.count) labels to other labels (\(names)\(pairs.count > 5 ? ", …" : ""))",
                advice:
                    "Merge labels that mean the same with a label map: with all of these merged, accuracy would be \(accuracy). Add training headlines for the others.",
                cost: cost)
        ]
    }

    private var labelIssues: [Issue] {
        let share = Double(errors.suspectedLabels.count) / Double(predictions.count)
        guard share >= 0.02 else { return [] }
        let count = errors.suspectedLabels.count
        return [
            Issue(
                sentence:
                    "\(Formatting.count(count, "label")) (\(Formatting.percent(share))) \(count == 1 ? "looks" : "look") wrong or ambiguous",
                advice:
                    "Review the list of suspected label errors: correct wrong labels, in the training file too, and decide which label wins where two fit.",
                cost: share)
        ]
    }

    /// Labels that the model rarely finds.
    private var weakLabelIssues: [Issue] {
        let named = Set(swallowed.map { labels[$0.first] })
        let weak = classification.classes.filter { $0.support >= 10 && $0.recall < 0.2 && !named.contains($0.label) }
            .sorted { $0.support > $1.support }
        guard !weak.isEmpty else { return [] }
        let missed = weak.reduce(0.0) { $0 + Double($1.support) * (1 - $1.recall) } / Double(predictions.count)
        let names = weak.prefix(5).map(\.label).joined(separator: ", ") + (weak.count > 5 ? ", …" : "")
        let other = named.isEmpty ? "" : weak.count == 1 ? " other" : " more"
        let subject = weak.count == 1 ? "one\(other) label" : "\(weak.count)\(other) labels"
        return [
            Issue(
                sentence: "the model finds less than one in five headlines of \(subject) (\(names))",
                advice:
                    "Add training headlines for \(weak.count == 1 ? "it" : "them"), raise the weight of rare labels (loss.classWeights), or merge \(weak.count == 1 ? "it with another label" : "them with other labels"): \(Formatting.percent(missed)) of all headlines are missed.",
                cost: missed)
        ]
    }

    private var calibrationIssues: [Issue] {
        let found = calibration.after
        let excess = found.error - found.errorIfCalibrated
        guard excess > 3 * found.deviationIfCalibrated, excess > 0.03 else { return [] }
        let direction =
            found.overconfidence.magnitude < found.error / 4
            ? "its confidence is too high for some headlines and too low for others"
            : "it is \(found.overconfidence > 0 ? "overconfident" : "underconfident")"
        let refitted = calibration.refitted
        let rest = refitted.crossFitted?.error ?? found.error
        // Given the conditions above, a third of the excess is more than a standard deviation of chance.
        let isFixable = found.error - rest > excess / 3
        let (error, calibrated) = (Formatting.fixed(found.error, 3), Formatting.fixed(found.errorIfCalibrated, 3))
        return [
            Issue(
                sentence:
                    "\(direction) (calibration error \(error); a perfectly calibrated model would score \(calibrated))",
                advice: isFixable
                    ? "Refit the temperature on headlines like these: \(Formatting.fixed(refitted.scaling.temperature, 2)) here, which lowers the error to \(Formatting.fixed(rest, 3))."
                    : "A single temperature cannot fix it (refitted here, it leaves an error of \(Formatting.fixed(rest, 3))): train longer, or use less label smoothing (loss.labelSmoothing).",
                cost: excess)
        ]
    }
}
