import HeadlineData
import Inference
import ModelFolders
public import Reports
import Statistics
import Text

extension GeneratorEvaluation {
    /// The verdict: ship the model or not, why, and what to fix first.
    public var verdict: Verdict {
        Verdict(
            issues, metrics: [likelihoodSentence] + comparisonReasons + [samplesSentence],
            good:
                "Ship it as a source of ideas: it predicts headlines better than \(beaten), and its samples match real headlines in every metric. Read the completions below: only they show whether it makes sense.",
            caution:
                "Use it for ideas that an editor chooses from: read the points below, and the completions, before you ship it."
        )
    }

    /// The baselines that the model beats, the strongest first.
    private var beaten: String {
        baselines.reversed().filter { $0.comparison?.outcome == .bIsBetter }.map(\.phrase).joined(separator: " and ")
    }

    private var likelihoodSentence: String {
        let perplexity = metrics.named("perplexity")
        let bits = metrics.named("bitsPerByte").map { ", or \(Formatting.fixed($0.value, 3)) bits per byte" } ?? ""
        let interval = perplexity?.interval?.range(.decimals(1)).map { " (95 % interval \($0))" } ?? ""
        return "Perplexity is \(Formatting.fixed(perplexity?.value ?? .nan, 1)) per token\(interval)\(bits),"
            + " on \(Formatting.count(data.headlines.count, "headline"))."
    }

    /// True if the base model is the model itself.
    private var isItsOwnBase: Bool { base?.digest == model.digest }

    private func baseline(_ name: String) -> BaselineResult? { baselines.first { $0.name == name } }

    private var comparisonReasons: [String] {
        ["trigram", "base"].compactMap { name in
            guard let other = baseline(name), let comparison = other.comparison else { return nil }
            if name == "base", isItsOwnBase { return nil }
            let numbers =
                "\(Formatting.fixed(comparison.b, 3)) bits per byte against \(Formatting.fixed(comparison.a, 3))"
            switch comparison.outcome {
            case .bIsBetter:
                return
                    "It predicts these headlines better than \(other.phrase), with \(share(comparison)) fewer bits: \(numbers)."
            case .aIsBetter:
                return "It predicts these headlines worse than \(other.phrase): \(numbers)."
            case .undecided: return "These headlines cannot tell it from \(other.phrase): \(numbers)."
            }
        }
    }

    /// The share of the worse model's bits per byte that the better one saves.
    private func share(_ comparison: PairedComparison) -> String {
        Formatting.percent((comparison.a - comparison.b).magnitude / max(comparison.a, comparison.b))
    }

    private var samplesSentence: String {
        let lengths = samples.statistics.lengths
        let words =
            "\(Formatting.fixed(lengths.samples.mean, 1)) words on average (real headlines \(Formatting.fixed(lengths.real.mean, 1)))"
        let copied = samples.copiedShare.map { share in
            share.estimate > 0
                ? ", and \(Formatting.percent(share.estimate)) are copies or near-duplicates of training headlines"
                : ", and none copies a training headline"
        }
        return
            "Of \(Formatting.count(samples.texts.count, "sample"))\(withWords), \(Formatting.percent(samples.naturalEndings.estimate)) end naturally; they have \(words)\(copied ?? "")."
    }

    /// Tells samples from empty ones where there are any.
    private var withWords: String { samples.emptyShare.estimate > 0 ? " with words" : "" }

    // MARK: Issues

    /// The issues; the cost of most is the share of samples that they concern.
    var issues: [Issue] {
        likelihoodIssues + copyIssues + varietyIssues + endingIssues + categoryIssues
            + data.issues(cut: likelihoods.isCut.count(where: \.self))
    }

    /// The share of bits that a neural model must save over trigram counts to have much to offer: small as it may look, this
    /// is where all fluency lies.
    private static let clearGain = 0.08

    private var likelihoodIssues: [Issue] {
        var issues: [Issue] = []
        if let other = baseline("unigram"), let comparison = other.comparison, comparison.outcome != .bIsBetter {
            issues.append(
                Issue(
                    sentence:
                        "it predicts headlines no better than \(other.phrase), so it has learned nothing about word order",
                    advice: "Train it longer or with another learning rate.", cost: 2, isGrave: true))
        } else if let other = baseline("trigram"), let comparison = other.comparison {
            let gain = (comparison.a - comparison.b) / comparison.a
            if comparison.outcome != .bIsBetter {
                issues.append(
                    Issue(
                        sentence: comparison.outcome == .aIsBetter
                            ? "\(other.phrase) predicts these headlines better, with \(share(comparison)) fewer bits"
                            : "\(other.phrase) may predict these headlines as well",
                        advice:
                            "Train it longer, or start from a pretrained model: as it is, its samples will not read like headlines.",
                        cost: 1, isGrave: true))
            } else if gain < Self.clearGain {
                issues.append(
                    Issue(
                        sentence:
                            "it is only \(Formatting.percent(gain)) better than \(other.phrase), so it knows little beyond neighboring words",
                        advice: "Fine-tune a pretrained model, or train a larger one longer.",
                        cost: 0.6))
            }
        }
        if baselines.allSatisfy({ $0.comparison == nil }) {
            issues.append(
                Issue(
                    sentence: "no baseline was compared, so nobody knows what the model is worth",
                    advice: "Name \(inputs.training) and \(inputs.base).",
                    cost: 0.5))
        }
        if isItsOwnBase {
            issues.append(
                Issue(
                    sentence: "the base model is this model: their weights have the same SHA-256",
                    advice: "Name \(inputs.base) that it was fine-tuned from.", cost: 0.4))
        } else if let other = baseline("base"), let comparison = other.comparison, comparison.outcome != .bIsBetter {
            issues.append(
                Issue(
                    sentence: "fine-tuning has not improved on \(other.phrase)",
                    advice: "Lower the learning rate or train it longer.", cost: 0.9,
                    isGrave: comparison.outcome == .aIsBetter))
        }
        return issues
    }

    private var copyIssues: [Issue] {
        guard let copied = samples.copiedShare else { return [] }
        // Real headlines repeat training headlines too; that much is not memorization.
        let real = data.leakage?.share ?? 0
        guard copied.lower > real + 0.02 else { return [] }
        return [
            Issue(
                sentence:
                    "\(Formatting.percent(copied.estimate)) of its samples copy training headlines, compared with \(Formatting.percent(real)) of real ones",
                advice: "Train fewer epochs or with more dropout, and reject copies when you complete headlines.",
                cost: copied.estimate, isGrave: copied.lower > 0.2)
        ]
    }

    private var varietyIssues: [Issue] {
        var issues: [Issue] = []
        let (found, real) = (samples.statistics, samples.reference)
        if found.duplicateShare > real.duplicateShare + 0.05 {
            issues.append(
                Issue(
                    sentence: "\(Formatting.percent(found.duplicateShare)) of its samples repeat another sample",
                    advice: "Raise the temperature, or add training headlines.", cost: found.duplicateShare,
                    isGrave: found.duplicateShare > 0.5))
        }
        let gap = real.distinct[1] - found.distinct[1]
        if gap > 0.1 {
            issues.append(
                Issue(
                    sentence:
                        "its samples vary too little: \(Formatting.percent(found.distinct[1])) of their word pairs are distinct, compared with \(Formatting.percent(real.distinct[1])) in as many real headlines",
                    advice: "Raise temperature and top-p; if samples then make less sense, the model is too weak.",
                    cost: gap)
            )
        }
        if found.repetition[1] > real.repetition[1] + 0.02 {
            issues.append(
                Issue(
                    sentence:
                        "\(Formatting.percent(found.repetition[1])) of the word pairs in a sample are repetitions",
                    advice: "Raise the repetition penalty, or forbid repeated n-grams.",
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
                    sentence: "\(Formatting.percent(empty.estimate)) of its samples are empty: it ends them at once",
                    advice: "Train it longer, and lower the temperature. No other metric counts empty samples.",
                    cost: empty.estimate, isGrave: empty.lower > 0.2))
        }
        let endings = samples.naturalEndings
        if endings.upper < 0.95 {
            issues.append(
                Issue(
                    sentence:
                        "\(endings.estimate > 0 ? "only \(Formatting.percent(endings.estimate, 0))" : "none") of its samples\(withWords) end naturally within \(samples.options.maximumNewTokens) tokens",
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
                        "its samples are \(word) than real headlines (\(Formatting.fixed(lengths.samples.mean, 1)) words against \(Formatting.fixed(lengths.real.mean, 1)))",
                    advice: "Check the lengths of the training headlines and the sampling penalties.",
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
                ", with too much \($0.label) (\(Formatting.percent($0.samples, 0)) against \(Formatting.percent($0.real, 0)))"
            }
            issues.append(
                Issue(
                    sentence: "the categories of its samples differ from those of real headlines\(name ?? "")",
                    advice: "Raise the temperature, or add training headlines of the missing categories.",
                    cost: categories.distance - categories.usualDistance))
        }
        if let consistency = categories.consistency, categories.canTell, consistency.lower <= categories.chance {
            issues.append(
                Issue(
                    sentence:
                        "its completions match the category of their prompt no more often than by chance (\(Formatting.percent(consistency.estimate, 0)))",
                    advice: "It hardly uses its prompt: train it longer, or start from a pretrained model.",
                    cost: 0.5))
        }
        return issues
    }
}
