import HeadlineData
import Reports
import Text

/// Something that is wrong with a model or its data, and what fixing it would gain.
struct Issue: Sendable {
    /// The problem, as a clause without a capital letter or a full stop.
    let sentence: String
    /// The remedy, as one or more sentences.
    let advice: String
    /// The most that the issue can cost, in units of the metric that judges the kind of model; the costliest comes first.
    let cost: Double
    /// True if this issue alone is a reason not to ship.
    var isGrave = false
}

extension [Issue] {
    /// The issues in the order in which to fix them: grave ones first, then by cost.
    var byWeight: [Issue] {
        enumerated().sorted { a, b in
            if a.element.isGrave != b.element.isGrave { return a.element.isGrave }
            return a.element.cost != b.element.cost ? a.element.cost > b.element.cost : a.offset < b.offset
        }.map(\.element)
    }
}

extension Verdict {
    /// The number of issues that are listed with their advice; of the others only the sentence is.
    private static let maximumAdvised = 4

    /// Creates a verdict: the metrics in words, then the issues. A grave issue becomes the sentence of the verdict.
    init(_ issues: [Issue], metrics: [String], good: @autoclosure () -> String, caution: @autoclosure () -> String) {
        let issues = issues.byWeight
        let grave = issues.first { $0.isGrave }
        var listed = issues.prefix(Self.maximumAdvised).enumerated().map { place, issue in
            let start = place == 0 ? "Fix first" : "Then"
            return place == 0 && grave != nil
                ? "\(start): \(issue.advice)" : "\(start): \(issue.sentence). \(issue.advice)"
        }
        let others = issues.dropFirst(Self.maximumAdvised).map(\.sentence)
        if !others.isEmpty { listed.append("Also: \(others.joined(separator: "; ")).") }
        if let grave {
            self.init(.bad, "Don't ship this yet: \(grave.sentence).", reasons: metrics + listed)
        } else if issues.isEmpty {
            self.init(.good, good(), reasons: metrics)
        } else {
            self.init(.caution, caution(), reasons: metrics + listed)
        }
    }
}

extension EvaluationData {
    /// The issues with the headlines themselves.
    /// - Parameter cut: The number of headlines that were too long for the model.
    func issues(cut: Int) -> [Issue] {
        var issues = remarks.filter(\.isWarning).map {
            Issue(
                sentence: $0.text, advice: "Evaluate on headlines the model has never seen: these flatter it.", cost: 1)
        }
        if headlines.count < 300 {
            issues.append(
                Issue(
                    sentence:
                        "\(Formatting.count(headlines.count, "headline")) \(headlines.count == 1 ? "is" : "are") too few for precise numbers",
                    advice: "Evaluate on a thousand or more.", cost: 0.2))
        }
        if let leakage, leakage.share > Self.defaultLeakage {
            issues.append(
                Issue(
                    sentence:
                        "\(Formatting.percent(leakage.share)) of these headlines are copies or near-duplicates of training headlines",
                    advice: "Remove them: they flatter the model.", cost: leakage.share))
        }
        let share = Double(cut) / Double(headlines.count)
        if share > 0.01 {
            issues.append(
                Issue(
                    sentence:
                        "\(Formatting.count(cut, "headline")) \(cut == 1 ? "is" : "are") longer than the model's context",
                    advice: "Train a model with a longer context.", cost: share))
        }
        return issues
    }
}
