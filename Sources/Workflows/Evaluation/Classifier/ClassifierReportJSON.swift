import HeadlineData
public import JSON
import Statistics

extension ClassifierEvaluation {
    /// Returns `report.json`; docs/reports.md lists the members. Members may be added within a version of the schema; none is
    /// renamed or removed.
    public func json(_ thresholds: [Threshold.Outcome] = []) -> JSONValue {
        .object([
            ("schema", "headlinekit.classifier-evaluation/1"), ("command", .string(command)),
            ("seed", .seed(seed)), ("resamples", .integer(resamples)),
            ("verdict", verdict.json), ("thresholds", .array(thresholds.map(\.json))), ("model", model.json),
            ("data", data.json), ("headlines", .integer(predictions.count)), ("cutHeadlines", .integer(cut)),
            ("metrics", metrics.json), ("labels", .array(classification.classes.map(\.json))),
            (
                "confusion",
                .array(
                    labels.indices.map { label in
                        .array(labels.indices.map { .integer(classification.confusion[label: label, predicted: $0]) })
                    })
            ),
            ("calibration", calibration.json),
            (
                "coverage",
                .array(
                    coverage.points(20).map {
                        .object([("share", .number($0.coverage)), ("accuracy", .number($0.accuracy))])
                    })
            ),
            ("slices", .array(slices.map(\.json))), ("baselines", .array(baselines.map(\.json))),
            ("unknownTrainingHeadlines", .integer(unknownTraining)),
            ("confusions", .array(confusions.prefix(50).map(confusionJSON))),
            ("confidentErrors", .array(errors.mostConfident.map { .integer(data.headlines[$0].line) })),
            ("suspectedLabels", .array(errors.suspectedLabels.map { .integer(data.headlines[$0.row].line) })),
            ("words", .array(words.labels.map { wordsJSON($0.label, $0.pulls) })),
        ])
    }

    private func confusionJSON(_ pair: LabelConfusion) -> JSONValue {
        .object([
            ("first", .string(labels[pair.first])), ("second", .string(labels[pair.second])),
            ("firstAsSecond", .integer(pair.rows.count)), ("secondAsFirst", .integer(pair.reverseRows.count)),
            ("share", .number(pair.share)),
        ])
    }

    private func wordsJSON(_ label: Int, _ pulls: [WordPulls.Pull]) -> JSONValue {
        let words = pulls.map { pull -> JSONValue in
            .object([("word", .string(pull.word)), ("nats", .number(pull.nats)), ("count", .integer(pull.count))])
        }
        return .object([("label", .string(labels[label])), ("words", .array(words))])
    }

    /// The lines of `predictions.jsonl`, one for each headline, in the order of the file.
    public var predictionLines: [UInt8] {
        let (confidences, own) = (predictions.confidences, predictions.labelProbabilities)
        var bytes: [UInt8] = []
        for (row, headline) in data.headlines.enumerated() {
            let start = row * predictions.classCount
            let order = labels.indices.sorted {
                (predictions.probabilities[start + $1], $0) < (predictions.probabilities[start + $0], $1)
            }
            let candidates = order.prefix(3).map { label -> JSONValue in
                .object([
                    ("label", .string(labels[label])),
                    ("probability", .number(predictions.probabilities[start + label])),
                ])
            }
            let line = JSONValue.object([
                ("line", .integer(headline.line)), ("headline", .string(headline.text)),
                ("label", .string(labels[predictions.labels[row]])),
                ("predicted", .string(labels[predictions.predicted[row]])),
                ("probability", .number(confidences[row])), ("probabilityOfLabel", .number(own[row])),
                ("candidates", .array(candidates)),
            ])
            bytes += line.serialized() + [UInt8(ascii: "\n")]
        }
        return bytes
    }
}

extension ClassMetrics {
    fileprivate var json: JSONValue {
        .object([
            ("label", .string(label)), ("support", .integer(support)), ("predicted", .integer(predicted)),
            ("precision", .number(precision)), ("recall", .number(recall)), ("f1", .number(f1)),
        ])
    }
}

extension Reliability {
    fileprivate var json: JSONValue {
        .object([
            ("error", .number(error)), ("errorIfCalibrated", .number(errorIfCalibrated)),
            (
                "bins",
                .array(
                    bins.map {
                        .object([
                            ("lower", .number($0.lower)), ("upper", .number($0.upper)), ("count", .integer($0.count)),
                            ("confidence", .number($0.confidence)), ("accuracy", .number($0.accuracy)),
                        ])
                    })
            ),
        ])
    }
}

extension ClassifierEvaluation.Calibration {
    fileprivate var json: JSONValue {
        .object([
            ("temperature", temperature.map { .number($0) } ?? .null), ("before", before?.json ?? .null),
            ("after", after.json), ("overconfidence", .number(after.overconfidence)),
            ("refittedTemperature", .number(refitted.scaling.temperature)),
            ("errorWithRefitted", refitted.crossFitted.map { .number($0.error) } ?? .null),
        ])
    }
}

extension SliceTable<ClassifierEvaluation.SliceRow> {
    fileprivate var json: JSONValue {
        let rows = rows.map { row -> JSONValue in
            .object([
                ("name", .string(row.name)), ("count", .integer(row.count)), ("accuracy", row.accuracy.json),
                ("meanConfidence", .number(row.meanConfidence)),
            ])
        }
        return .object([("by", .string(title)), ("rows", .array(rows))])
    }
}

extension ClassifierEvaluation.BaselineResult {
    fileprivate var json: JSONValue {
        .object([
            ("name", .string(baseline.rawValue)), ("accuracy", accuracy.json), ("macroF1", .number(scores.macroF1)),
            ("negativeLogLikelihood", .number(scores.negativeLogLikelihood)),
            ("modelIsBetterBy", comparison.difference.json), ("verdict", .string(comparison.outcome.rawValue)),
        ])
    }
}
