import HeadlineData
import Inference
import ModelFolders
public import Reports
import Statistics

extension GeneratorEvaluation {
    /// Whether to ship it, why, and what to fix first.
    public var verdict: Verdict {
        Verdict(issues, figures: [standing] + comparisonReasons + [writing]) { outcome in
            switch outcome {
            case .good:
                "ship it as a source of ideas: it predicts headlines better than \(beaten), and its samples look like real ones in every figure. Whether they make sense, only the completions below show."
            case .caution:
                "it can be used for ideas that a person chooses from: read what follows, and the completions below, before you ship it."
            case .bad: "do not ship it yet."
            }
        }
    }

    /// What it is better than, the strongest first.
    private var beaten: String {
        baselines.reversed().filter { $0.comparison?.verdict == .bIsBetter }.map(\.title).joined(separator: " and ")
    }

    private var standing: String {
        let perplexity = measures.named("perplexity")
        let bits = measures.named("bitsPerByte")
        let byte = bits.map { ", \(NumberText.fixed($0.value, 3)) bits per byte" } ?? ""
        let range = perplexity?.interval.map { " (95% interval \($0.range(.decimals(1))))" }
        return "On \(NumberText.headlines(data.headlines.count)) its perplexity per token is"
            + " \(NumberText.fixed(perplexity?.value ?? .nan, 1))\(range ?? "")\(byte)."
    }

    /// Whether the untuned model is the model itself.
    private var isItsOwnBase: Bool { base?.digest == model.digest }

    private func baseline(_ name: String) -> BaselineResult? { baselines.first { $0.name == name } }

    private var comparisonReasons: [String] {
        ["trigram", "base"].compactMap { name in
            guard let other = baseline(name), let comparison = other.comparison else { return nil }
            if name == "base", isItsOwnBase { return nil }
            let share = NumberText.percent((comparison.a - comparison.b).magnitude / comparison.a, 1)
            let figures =
                "\(NumberText.fixed(comparison.b, 3)) bits per byte against \(NumberText.fixed(comparison.a, 3))"
            switch comparison.verdict {
            case .bIsBetter: return "It needs \(share) fewer bits than \(other.title): \(figures)."
            case .aIsBetter: return "It needs \(share) more bits than \(other.title): \(figures)."
            case .undecided: return "This data cannot tell it apart from \(other.title): \(figures)."
            }
        }
    }

    private var writing: String {
        let found = samples.statistics
        var parts = [
            "\(NumberText.percent(samples.naturalEndings.estimate)) of \(samples.texts.count) samples\(withWords) end by themselves",
            "they have \(NumberText.fixed(found.lengths.samples.mean, 1)) words on average (real ones \(NumberText.fixed(found.lengths.real.mean, 1)))",
        ]
        if let copied = samples.copiedShare {
            parts.append("\(NumberText.percent(copied.estimate)) are copied from the training file, exactly or nearly")
        }
        return parts.joined(separator: ", ") + "."
    }

    /// What tells samples from empty ones, where there are such.
    private var withWords: String { samples.emptyShare.estimate > 0 ? " with words" : "" }

    // MARK: Issues

    /// What stands out. Costs are shares of samples, or stand for how little a comparison leaves of the model.
    var issues: [Issue] {
        likelihoodIssues + copyIssues + varietyIssues + endingIssues + categoryIssues
            + data.issues(cut: likelihoods.isCut.count(where: \.self))
    }

    /// A neural model that needs less than this share of the bits of a count of triples fewer than it has little to offer:
    /// small as the share may look, it is where all of fluency lies.
    private static let clearGain = 0.08

    private var likelihoodIssues: [Issue] {
        var issues: [Issue] = []
        if let other = baseline("unigram"), let comparison = other.comparison, comparison.verdict != .bIsBetter {
            issues.append(
                Issue(
                    sentence:
                        "it predicts no better than \(other.title), so it has learned nothing about the order of words",
                    advice: "Train it longer or with another learning rate.", cost: 2, isGrave: true))
        } else if let other = baseline("trigram"), let comparison = other.comparison {
            let gain = (comparison.a - comparison.b) / comparison.a
            if comparison.verdict != .bIsBetter {
                issues.append(
                    Issue(
                        sentence: "it predicts headlines no better than \(other.title)",
                        advice:
                            "Train it longer, or start from a pretrained model: samples of such a model read as strings of words.",
                        cost: 1, isGrave: true))
            } else if gain < Self.clearGain {
                issues.append(
                    Issue(
                        sentence:
                            "it is only \(NumberText.percent(gain)) better than \(other.title), so it knows little beyond neighbouring words",
                        advice:
                            "Start from a pretrained model (`train generator --base`), or train a larger one longer.",
                        cost: 0.6))
            }
        }
        if baselines.allSatisfy({ $0.comparison == nil }) {
            issues.append(
                Issue(
                    sentence: "nothing simpler was compared, so nobody knows what the model is worth",
                    advice:
                        "Give the headlines it was trained on by --train or --held-out, and the untuned model by --base.",
                    cost: 0.5))
        }
        if isItsOwnBase {
            issues.append(
                Issue(
                    sentence: "the untuned model that was given is this model: their weights have the same SHA-256",
                    advice: "Name the model that it was tuned from by --base.", cost: 0.4))
        } else if let other = baseline("base"), let comparison = other.comparison, comparison.verdict != .bIsBetter {
            issues.append(
                Issue(
                    sentence: "tuning has not made it better than \(other.title)",
                    advice: "Lower the learning rate or train it longer.", cost: 0.9,
                    isGrave: comparison.verdict == .aIsBetter))
        }
        return issues
    }

    private var copyIssues: [Issue] {
        guard let copied = samples.copiedShare else { return [] }
        // What real headlines share with the training file is no memory.
        let usual = data.leakage?.share ?? 0
        guard copied.lower > usual + 0.02 else { return [] }
        return [
            Issue(
                sentence:
                    "\(NumberText.percent(copied.estimate)) of its samples are copies of training headlines, where \(NumberText.percent(usual)) of real ones are",
                advice:
                    "Train fewer epochs or with more dropout, and refuse copies where it is used (headline complete --not-in).",
                cost: copied.estimate, isGrave: copied.lower > 0.2)
        ]
    }

    private var varietyIssues: [Issue] {
        var issues: [Issue] = []
        let (found, usual) = (samples.statistics, samples.usual)
        if found.duplicateShare > usual.duplicateShare + 0.05 {
            issues.append(
                Issue(
                    sentence: "\(NumberText.percent(found.duplicateShare)) of its samples repeat another",
                    advice: "Raise the temperature, or train with more headlines.", cost: found.duplicateShare,
                    isGrave: found.duplicateShare > 0.5))
        }
        let gap = usual.distinct[1] - found.distinct[1]
        if gap > 0.1 {
            issues.append(
                Issue(
                    sentence:
                        "\(NumberText.percent(found.distinct[1])) of its word pairs are different ones, against \(NumberText.percent(usual.distinct[1])) in as many real headlines",
                    advice: "Raise temperature and top-p; if samples then make less sense, the model is too weak.",
                    cost: gap)
            )
        }
        if found.repetition[1] > usual.repetition[1] + 0.02 {
            issues.append(
                Issue(
                    sentence:
                        "\(NumberText.percent(found.repetition[1])) of the word pairs of a sample occurred in it before",
                    advice: "Raise the repetition penalty, or forbid repeated runs (no-repeat-ngram).",
                    cost: found.repetition[1]))
        }
        return issues
    }

    private var endingIssues: [Issue] {
        var issues: [Issue] = []
        let empty = samples.emptyShare
        if empty.estimate > 0.01 {
            issues.append(
                Issue(
                    sentence: "\(NumberText.percent(empty.estimate)) of its samples have no word: it ends them at once",
                    advice: "Train it longer, and lower the temperature; no other figure counts these samples.",
                    cost: empty.estimate, isGrave: empty.lower > 0.2))
        }
        let endings = samples.naturalEndings
        if endings.upper < 0.95 {
            issues.append(
                Issue(
                    sentence:
                        "\(endings.estimate > 0 ? "only \(NumberText.percent(endings.estimate, 0))" : "none") of its samples\(withWords) end by themselves within \(samples.options.maximumNewTokens) tokens",
                    advice: "Train it longer on whole headlines, or allow more tokens.", cost: 1 - endings.estimate,
                    isGrave: endings.upper < 0.5))
        }
        let lengths = samples.statistics.lengths
        let share = lengths.distance / max(1, lengths.real.mean)
        if share > 0.2 {
            let word = lengths.samples.mean > lengths.real.mean ? "longer" : "shorter"
            issues.append(
                Issue(
                    sentence:
                        "its samples are \(word) than real headlines (\(NumberText.fixed(lengths.samples.mean, 1)) words against \(NumberText.fixed(lengths.real.mean, 1)))",
                    advice: "Look at how long headlines of the training file are, and at the penalties of sampling.",
                    cost: share / 2))
        }
        return issues
    }

    private var categoryIssues: [Issue] {
        guard let categories = samples.categories else { return [] }
        var issues: [Issue] = []
        if categories.distance > categories.usualDistance + 0.15 {
            let most = categories.mix.max { $0.samples - $0.real < $1.samples - $1.real }
            let name = most.map {
                ", \($0.label) above all (\(NumberText.percent($0.samples, 0)) against \(NumberText.percent($0.real, 0)))"
            }
            issues.append(
                Issue(
                    sentence: "its samples are of other categories than real headlines\(name ?? "")",
                    advice: "Raise the temperature, or give more headlines of the categories that are missing.",
                    cost: categories.distance - categories.usualDistance))
        }
        if let consistency = categories.consistency, categories.canTell, consistency.lower <= categories.chance {
            issues.append(
                Issue(
                    sentence:
                        "completions keep to the category of their prompt no more often than by chance (\(NumberText.percent(consistency.estimate, 0)))",
                    advice: "The model hardly reads its prompt: train it longer, or start from a pretrained one.",
                    cost: 0.5))
        }
        return issues
    }
}
