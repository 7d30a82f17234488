import Files
import Foundation
import HeadlineData
import Inference
import Statistics

/// What a generator makes of headlines: the nats of each, and what they are counted by.
public struct HeadlineLikelihoods: Sendable {
    /// The nats of each predicted token, by headline.
    public let tokenNats: [[Double]]
    /// The tokens themselves, the end included where it was predicted.
    let targets: [[Int32]]
    /// Of each headline.
    let isCut: [Bool]
    /// Words between white space, and bytes, of each headline.
    let words: [Int]
    let bytes: [Int]

    /// Scores headlines.
    /// - Parameter folder: That of the model, for the error.
    /// - Throws: `EvaluationError` when a figure is no number.
    init(
        _ scorer: HeadlineScorer, folder: String, _ data: EvaluationData, stage: String, _ context: EvaluationContext
    ) throws {
        let texts = data.texts
        let scores = scorer.scores(of: texts) { context.progress(stage, Double($0) / Double(texts.count)) }
        if let row = scores.firstIndex(where: { !$0.nats.allSatisfy(\.isFinite) }) {
            throw EvaluationError.notFinite(folder, "line \(data.headlines[row].line) of \(data.source.path)")
        }
        tokenNats = scores.map(\.nats)
        targets = scores.map(\.targets)
        isCut = scores.map(\.isCut)
        words = texts.map(HeadlineSlices.wordCount)
        bytes = texts.map(\.utf8.count)
    }

    /// The nats of each headline.
    var nats: [Double] { tokenNats.map { $0.reduce(0, +) } }
    /// The predicted tokens of each headline.
    var tokens: [Int] { targets.map(\.count) }
    /// The headlines that were scored to their end: only of these words and bytes stand for tokens.
    var whole: [Int] { isCut.indices.filter { !isCut[$0] } }

    /// exp of nats per token.
    func perplexity(_ bootstrap: Bootstrap) -> BootstrapInterval { bootstrap.perplexity(nats: nats, tokens: tokens) }

    /// exp of nats per word, of whole headlines; `nil` when all were cut.
    func perplexityPerWord(_ bootstrap: Bootstrap) -> BootstrapInterval? {
        let (nats, rows) = (nats, whole)
        guard !rows.isEmpty else { return nil }
        return bootstrap.perplexity(nats: rows.map { nats[$0] }, tokens: rows.map { words[$0] })
    }

    /// log2 of the likelihood over bytes, of whole headlines; `nil` when all were cut.
    func bitsPerByte(_ bootstrap: Bootstrap) -> BootstrapInterval? {
        let (nats, rows) = (nats, whole)
        guard !rows.isEmpty else { return nil }
        return bootstrap.ratio(of: rows.map { nats[$0] / log(2) }, to: rows.map { Double(bytes[$0]) })
    }
}
