import HeadlineData
import Inference
public import JSON
import ModelFolders
import Statistics

extension GeneratorEvaluation {
    /// Returns `report.json`; docs/reports.md lists the members. Members may be added within a version of the schema; none is
    /// renamed or removed.
    public func json(_ thresholds: [Threshold.Outcome] = []) -> JSONValue {
        .object([
            ("schema", "headlinekit.generator-evaluation/1"), ("command", .string(command)),
            ("seed", .seed(seed)), ("resamples", .integer(resamples)),
            ("verdict", verdict.json), ("thresholds", .array(thresholds.map(\.json))), ("model", model.json),
            ("base", base?.json ?? .null), ("classifier", classifier?.json ?? .null), ("data", data.json),
            ("headlines", .integer(data.headlines.count)),
            ("cutHeadlines", .integer(likelihoods.isCut.count(where: \.self))), ("metrics", metrics.json),
            ("baselines", .array(baselines.map(\.json))),
            (
                "positions",
                .array(
                    positions.map { .object([("place", .integer($0.place)), ("nats", $0.nats.json)]) })
            ),
            ("slices", .array(slices.map(\.json))), ("samples", samples.json),
        ])
    }

    /// The lines of `predictions.jsonl`, one for each headline, in the order of the file.
    public var predictionLines: [UInt8] {
        let (nats, tokens) = (likelihoods.nats, likelihoods.tokens)
        var bytes: [UInt8] = []
        for (row, headline) in data.headlines.enumerated() {
            let line = JSONValue.object([
                ("line", .integer(headline.line)), ("headline", .string(headline.text)), ("nats", .number(nats[row])),
                ("tokens", .integer(tokens[row])),
                ("tokenNats", .array(likelihoods.tokenNats[row].map { .number($0) })),
                ("isCut", .boolean(likelihoods.isCut[row])),
            ])
            bytes += line.serialized() + [UInt8(ascii: "\n")]
        }
        return bytes
    }

}

extension GeneratorEvaluation.BaselineResult {
    fileprivate var json: JSONValue {
        .object([
            ("name", .string(name)), ("perplexity", perplexity?.json ?? .null),
            ("perplexityPerWord", perplexityPerWord?.json ?? .null), ("bitsPerByte", bitsPerByte?.json ?? .null),
            ("modelMinusBaseline", comparison?.difference.json ?? .null),
            ("verdict", comparison.map { .string($0.outcome.rawValue) } ?? .null),
        ])
    }
}

extension SliceTable<GeneratorEvaluation.SliceRow> {
    fileprivate var json: JSONValue {
        let rows = rows.map { row -> JSONValue in
            .object([
                ("name", .string(row.name)), ("count", .integer(row.count)), ("perplexity", row.perplexity.json),
                ("bitsPerByte", row.bitsPerByte?.json ?? .null),
            ])
        }
        return .object([("by", .string(title)), ("rows", .array(rows))])
    }
}

extension GeneratedSamples {
    fileprivate var json: JSONValue {
        .object([
            ("seed", .seed(options.seed)), ("temperature", .number(options.temperature)),
            ("topK", .integer(options.topK)), ("topP", .number(options.topP)),
            ("repetitionPenalty", .number(options.repetitionPenalty)),
            ("maximumNewTokens", .integer(options.maximumNewTokens)), ("texts", .array(texts.map { .string($0) })),
            ("judged", statistics.json), ("real", reference.json), ("drawn", .integer(emptyShare.count)),
            ("emptyShare", emptyShare.json), ("naturalEndings", naturalEndings.json),
            (
                "copies",
                copies.map {
                    .object([("exact", .integer($0.overlap.exact)), ("near", .integer($0.overlap.near))])
                } ?? .null
            ),
            ("completions", .array(page.map(\.json))), ("categories", categories?.json ?? .null),
        ])
    }
}

extension GeneratedSamples.Prompt {
    fileprivate var json: JSONValue {
        let completions = completions.enumerated().map { index, completion -> JSONValue in
            .object([
                ("candidate", .integer(index)), ("headline", .string(completion.headline)),
                ("endedByItself", .boolean(completion.endedByItself)),
                ("category", categories.indices.contains(index) ? .string(categories[index]) : .null),
            ])
        }
        return .object([
            ("prompt", .string(text)), ("original", original.map { .string($0) } ?? .null),
            ("candidates", .array(completions)),
        ])
    }
}

extension GeneratedSamples.Categories {
    fileprivate var json: JSONValue {
        let mix = mix.map { entry -> JSONValue in
            .object([
                ("label", .string(entry.label)), ("samples", .number(entry.samples)), ("real", .number(entry.real)),
            ])
        }
        return .object([
            ("classifier", .string(path)), ("mix", .array(mix)), ("distance", .number(distance)),
            ("usualDistance", .number(usualDistance)), ("consistency", consistency?.json ?? .null),
            ("chance", .number(chance)),
        ])
    }
}

extension SampleStatistics {
    fileprivate var json: JSONValue {
        .object([
            ("count", .integer(count)), ("distinct", .array(distinct.map { .number($0) })),
            ("selfBLEU", selfBLEU.map { .number($0) } ?? .null), ("repetition", .array(repetition.map { .number($0) })),
            ("duplicateShare", .number(duplicateShare)), ("wordsMean", .number(lengths.samples.mean)),
            ("wordsMedian", .number(lengths.samples.median)), ("lengthDistance", .number(lengths.distance)),
        ])
    }
}
