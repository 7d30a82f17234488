import HeadlineData
public import JSON
import ModelFolders
import Statistics

extension ModelComparison {
    /// Returns `report.json`; docs/reports.md lists the members. Members may be added within a version of the schema; none is
    /// renamed or removed.
    public func json(_ thresholds: [Threshold.Outcome] = []) -> JSONValue {
        let figures = compared.map { metric -> JSONValue in
            .object([
                ("name", .string(metric.difference.name)), ("a", .number(metric.comparison.a)),
                ("b", .number(metric.comparison.b)),
                ("bMinusA", metric.comparison.difference.json),
                ("isLargerBetter", .boolean(metric.comparison.isLargerBetter)),
                ("verdict", .string(metric.comparison.outcome.rawValue)),
            ])
        }
        let mcNemar = test.map { test -> JSONValue in
            .object([
                ("onlyA", .integer(test.onlyFirst)), ("onlyB", .integer(test.onlySecond)),
                ("probability", .number(test.probability)), ("method", .string(test.method.rawValue)),
            ])
        }
        return .object([
            ("schema", "headlinekit.comparison/1"), ("command", .string(command)),
            ("seed", .seed(seed)), ("resamples", .integer(resamples)), ("verdict", verdict.json),
            ("thresholds", .array(thresholds.map(\.json))), ("a", models[0].json), ("b", models[1].json),
            ("data", data.json), ("figures", .array(figures)), ("mcNemar", mcNemar ?? .null),
        ])
    }

    /// The lines of `predictions.jsonl`, one for each headline, in the order of the file.
    public var predictionLines: [UInt8] {
        var bytes: [UInt8] = []
        for (row, headline) in data.headlines.enumerated() {
            var members: [(key: String, value: JSONValue)] = [
                ("line", .integer(headline.line)), ("headline", .string(headline.text)),
            ]
            switch details {
            case .generators(let a, let b): members += [("natsOfA", .number(a[row])), ("natsOfB", .number(b[row]))]
            case .classifiers(let a, let b, let labels):
                members += [
                    ("label", .string(labels[a.labels[row]])), ("a", .string(labels[a.predicted[row]])),
                    ("b", .string(labels[b.predicted[row]])),
                ]
            }
            bytes += JSONValue.object(members).serialized() + [UInt8(ascii: "\n")]
        }
        return bytes
    }
}
