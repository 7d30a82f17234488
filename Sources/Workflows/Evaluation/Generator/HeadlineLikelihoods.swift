import Foundation
import HeadlineData
import Inference
import Statistics

/// The likelihoods of headlines under a generator, with the tokens, words and bytes they are divided by.
public struct HeadlineLikelihoods: Sendable {
    /// The nats of each predicted token, by headline.
    public let tokenNats: [[Double]]
    /// The predicted tokens of each headline, including the end of text where it was predicted.
    let targets: [[Int32]]
    /// True for each headline that was too long and cut off.
    let isCut: [Bool]
    /// The number of words of each headline, separated by white space.
    let words: [Int]
    /// The number of UTF-8 bytes of each headline.
    let bytes: [Int]

    /// Scores headlines.
    /// - Parameter folder: The folder of the model, for the error.
    /// - Throws: `EvaluationError.nonFiniteScore` if a score is not finite.
    init(
        _ scorer: HeadlineScorer, folder: String, _ data: EvaluationData, stage: String, _ context: EvaluationContext
    ) throws {
        let texts = data.texts
        let scores = scorer.scores(of: texts) { context.progress(stage, Double($0) / Double(texts.count)) }
        if let row = scores.firstIndex(where: { !$0.nats.allSatisfy(\.isFinite) }) {
            throw EvaluationError.nonFiniteScore(
                folder: folder, place: "line \(data.headlines[row].line) of \(data.source.path)")
        }
        tokenNats = scores.map(\.nats)
        targets = scores.map(\.targets)
        isCut = scores.map(\.isCut)
        words = texts.map(HeadlineSlices.wordCount)
        bytes = texts.map(\.utf8.count)
    }

    /// The nats of each headline.
    var nats: [Double] { tokenNats.map { $0.reduce(0, +) } }
    /// The number of predicted tokens of each headline.
    var tokens: [Int] { targets.map(\.count) }
    /// The headlines that were scored to their end; only their words and bytes match their tokens.
    var whole: [Int] { isCut.indices.filter { !isCut[$0] } }

    /// Returns exp(nats per token).
    func perplexity(_ bootstrap: Bootstrap) -> BootstrapInterval { bootstrap.perplexity(nats: nats, tokens: tokens) }

    /// Returns exp(nats per word) of whole headlines; `nil` if all were cut off.
    func perplexityPerWord(_ bootstrap: Bootstrap) -> BootstrapInterval? {
        let (nats, rows) = (nats, whole)
        guard !rows.isEmpty else { return nil }
        return bootstrap.perplexity(nats: rows.map { nats[$0] }, tokens: rows.map { words[$0] })
    }

    /// Returns −log₂ of the likelihood divided by bytes, of whole headlines; `nil` if all were cut off.
    func bitsPerByte(_ bootstrap: Bootstrap) -> BootstrapInterval? {
        let (nats, rows) = (nats, whole)
        guard !rows.isEmpty else { return nil }
        return bootstrap.ratio(of: rows.map { nats[$0] / log(2) }, to: rows.map { Double(bytes[$0]) })
    }
}
