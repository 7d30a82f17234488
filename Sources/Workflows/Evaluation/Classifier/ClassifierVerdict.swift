import HeadlineData
public import Reports
import Statistics

extension ClassifierEvaluation {
    /// Whether to ship it, why, and what to fix first.
    public var verdict: Verdict {
        Verdict(issues, figures: [standing] + comparisonReasons + [usefulness]) { outcome in
            switch outcome {
            case .good:
                "ship it: it is better than \(strongest?.baseline.title ?? "nothing"), the best of what it was compared with, and nothing stands out that should be fixed first."
            case .caution where usefulCoverage > 0 && usefulCoverage < 0.95:
                "ship it for the headlines it is sure of, and leave the others to a person, until what follows is fixed."
            case .caution: "it can be used with care: read what follows before you ship it."
            case .bad: "do not ship it yet."
            }
        }
    }

    /// The accuracy that people usually ask for before they let a machine label on its own.
    static let usefulAccuracy = 0.8

    private var usefulCoverage: Double { usefulCoverage(Self.usefulAccuracy) }

    /// Fewer headlines than these, or a smaller share, are no part of the work that could be left to the model.
    private static let (minimumHeadlines, minimumShare) = (30, 0.05)

    /// How many headlines a useful coverage has at least.
    var minimumUseful: Int {
        max(Self.minimumHeadlines, Int((Self.minimumShare * Double(predictions.count)).rounded(.up)))
    }

    /// The share of headlines, the surest ones, that are labelled at least so well; 0 when they are too few to matter.
    func usefulCoverage(_ accuracy: Double) -> Double {
        let share = coverage.coverage(atAccuracy: accuracy)
        return share * Double(predictions.count) < Double(minimumUseful) - 0.5 ? 0 : share
    }

    private var accuracy: Measure? { measures.named("accuracy") }

    private var standing: String {
        let text = accuracy.map { $0.style.text($0.value) } ?? ""
        let range = accuracy?.range ?? ""
        return
            "It gives the right one of \(labels.count) labels to \(NumberText.percent(accuracy?.value ?? 0)) of"
            + " \(NumberText.headlines(predictions.count)): accuracy \(text)\(range.isEmpty ? "" : " (95% interval \(range))"),"
            + " macro F1 \(NumberText.fixed(report.scores.macroF1, 3)); the right label is among its first three for"
            + " \(NumberText.percent(report.scores.topThreeAccuracy))."
    }

    /// The strongest of the baselines.
    private var strongest: BaselineResult? { baselines.max { $0.scores.accuracy < $1.scores.accuracy } }

    private var comparisonReasons: [String] {
        guard let strongest else { return [] }
        let difference = strongest.comparison.difference
        let name = strongest.baseline.title
        let figure = "(accuracy \(NumberText.fixed(strongest.scores.accuracy, 3)))"
        let (gain, loss) = (points(difference.estimate), points(-difference.estimate))
        switch strongest.comparison.verdict {
        case .bIsBetter:
            return [
                "It is better than the strongest baseline, \(name) \(figure), by \(gain) points\(range(difference.low, difference.high))."
            ]
        case .aIsBetter:
            // Counted the other way round, so that what it is worse by is a positive number.
            let (low, high) = (difference.high.map { -$0 }, difference.low.map { -$0 })
            return [
                "It is worse than the strongest baseline, \(name) \(figure), by \(loss) points\(range(low, high))."
            ]
        case .undecided:
            return [
                "This data cannot tell it apart from the strongest baseline, \(name) \(figure): the difference is \(gain) points\(range(difference.low, difference.high))."
            ]
        }
    }

    private func range(_ low: Double?, _ high: Double?) -> String {
        guard let low, let high else { return "" }
        return " (95% interval \(points(low)) to \(points(high)))"
    }

    private var usefulness: String {
        let target = NumberText.percent(Self.usefulAccuracy, 0)
        guard predictions.count > minimumUseful else {
            return "These are too few headlines to say which it may label alone."
        }
        guard usefulCoverage > 0 else {
            return "Not even the \(NumberText.headlines(minimumUseful)) it is surest of are labelled \(target) right."
        }
        guard usefulCoverage < 1 else { return "It labels all headlines at least \(target) right." }
        return
            "The \(NumberText.percent(usefulCoverage, 0)) of headlines that it is surest of are labelled \(target) right."
    }

    private func points(_ share: Double) -> String { NumberText.fixed(100 * share, 1) }

    // MARK: Issues

    /// What stands out, with the share of headlines that it concerns as its cost.
    var issues: [Issue] {
        baselineIssues + confusionIssues + labelIssues + weakLabelIssues + calibrationIssues + data.issues(cut: cut)
    }

    private var baselineIssues: [Issue] {
        if frequentLabel.verdict != .bIsBetter {
            let share = NumberText.percent(frequentLabel.a)
            return [
                Issue(
                    sentence: frequentLabel.verdict == .aIsBetter
                        ? "always giving the most frequent label would be right for more, \(share)"
                        : "always giving the most frequent label would be right for \(share), which may be as good",
                    advice:
                        "Train longer or with a higher learning rate, and check that labels and headlines belong together.",
                    cost: 1, isGrave: true)
            ]
        }
        guard let strongest else {
            return [
                Issue(
                    sentence: "nothing simpler was compared, so nobody knows what the model is worth",
                    advice: data.training.isEmpty
                        ? "Give the headlines it was trained on by --train or --held-out: baselines learn from them."
                        : "Ask for baselines by --baselines.", cost: 0.5)
            ]
        }
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
    ///
    /// None of a model that gives nearly everything to a few labels: that says nothing about what labels mean, and with all
    /// of them merged anything is right.
    private var swallowed: [LabelConfusion] {
        var seen: Set<Int> = []
        let pairs = confusions.filter { $0.isSwallowed && seen.insert($0.first).inserted }
        let occurring = report.classes.count { $0.support > 0 }
        let isCollapsed = 4 * pairs.count > 3 * occurring || pairs.count > occurring - 2
        return isCollapsed || baselineIssues.contains(where: \.isGrave) ? [] : pairs
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
                advice: pairs.count == 1
                    ? "If the two mean the same, merge them by a label map: accuracy would be \(NumberText.percent(mergedAccuracy)). If not, the first needs more training headlines."
                    : "Those that mean the same should be merged by a label map: with all of them merged, accuracy would be \(NumberText.percent(mergedAccuracy)). The others need more training headlines.",
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
        let other = named.isEmpty ? "" : weak.count == 1 ? " other" : " more"
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
        let direction =
            found.overconfidence.magnitude < found.error / 4
            ? "surer of itself than it should be for some headlines and less sure for others"
            : "\(found.overconfidence > 0 ? "surer" : "less sure") of itself than it should be"
        let refitted = calibration.refitted
        let rest = refitted.crossFitted?.error ?? found.error
        // By what was asked above, a third of the excess is more than a standard deviation of chance.
        let isMended = found.error - rest > excess / 3
        return [
            Issue(
                sentence:
                    "it is \(direction) (calibration error \(NumberText.fixed(found.error, 3)), \(NumberText.fixed(found.errorIfCalibrated, 3)) if calibrated)",
                advice: isMended
                    ? "Fit the temperature anew on headlines like these: \(NumberText.fixed(refitted.scaling.temperature, 2)) here, with an error of \(NumberText.fixed(rest, 3))."
                    : "One temperature cannot mend it (an error of \(NumberText.fixed(rest, 3)) with one fitted here): train longer, or smooth labels less (loss.labelSmoothing).",
                cost: excess)
        ]
    }
}
