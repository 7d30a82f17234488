import HeadlineData
import Reports

/// Something that is wrong with a model or its data, with what it would bring to put it right.
struct Issue: Sendable {
    /// What is wrong, in a sentence without a full stop.
    let sentence: String
    /// What to do about it, as a sentence.
    let advice: String
    /// What it costs at most, to put the gravest first; in the units of the figure that judges the kind of model.
    let cost: Double
    /// Whether it alone is a reason not to ship.
    var isGrave = false
}

extension [Issue] {
    /// The gravest first.
    var byWeight: [Issue] {
        enumerated().sorted { a, b in
            if a.element.isGrave != b.element.isGrave { return a.element.isGrave }
            return a.element.cost != b.element.cost ? a.element.cost > b.element.cost : a.offset < b.offset
        }.map(\.element)
    }
}

extension Verdict {
    /// Issues that come with their advice; of the others there is the sentence.
    private static let maximumAdvised = 4

    /// What issues come to, behind what the figures say.
    init(_ issues: [Issue], figures: [String], sentence: (Outcome) -> String) {
        let issues = issues.byWeight
        let outcome: Outcome = issues.contains(where: \.isGrave) ? .bad : issues.isEmpty ? .good : .caution
        var named = issues.prefix(Self.maximumAdvised).enumerated().map { place, issue in
            "\(place == 0 ? "Fix first" : "Then"): \(issue.sentence). \(issue.advice)"
        }
        let others = issues.dropFirst(Self.maximumAdvised).map(\.sentence)
        if !others.isEmpty { named.append("Also: \(others.joined(separator: "; ")).") }
        self.init(outcome, sentence(outcome), reasons: figures + named)
    }
}

extension EvaluationData {
    /// What stands out about the headlines themselves.
    /// - Parameter cut: How many were too long for the model.
    func issues(cut: Int) -> [Issue] {
        var issues = remarks.filter(\.isWarning).map {
            Issue(
                sentence: $0.text, advice: "Judge on headlines that it has not seen: its figures flatter.", cost: 1)
        }
        if headlines.count < 300 {
            issues.append(
                Issue(
                    sentence:
                        "\(headlines.count == 1 ? "this is" : "these are") only \(NumberText.headlines(headlines.count)), so every figure is rough",
                    advice: "Evaluate on a thousand or more.", cost: 0.2))
        }
        if let leakage, leakage.share > Self.defaultLeakage {
            issues.append(
                Issue(
                    sentence:
                        "\(NumberText.percent(leakage.share)) of these headlines stand in the training file, exactly or nearly",
                    advice: "Remove them: the figures flatter.", cost: leakage.share))
        }
        let share = Double(cut) / Double(headlines.count)
        if share > 0.01 {
            issues.append(
                Issue(
                    sentence: "\(NumberText.headlines(cut)) have more tokens than the model has positions",
                    advice: "Train a model with more positions.", cost: share))
        }
        return issues
    }
}
