import HeadlineData
import ModelFolders
public import Reports
import Statistics
import Text

extension ClassifierEvaluation {
    /// Returns the evaluation as a report.
    public func report(_ thresholds: [Threshold.Outcome] = []) -> Report {
        let sections = [
            ReportParts.thresholds(thresholds), metricsSection, baselinesSection, labelsSection, confusionsSection,
            calibrationSection, coverageSection, slicesSection, errorsSection, suspicionsSection, wordsSection,
            ReportParts.data(data), ReportParts.glossary(.classifier),
        ]
        return Report(
            title: "Classifier evaluation", subtitle: "\(model.path) on \(data.source.path)", verdict: verdict,
            provenance: ReportParts.provenance(
                models: [("model", model)], data: data, seed: seed, resamples: resamples, command: command),
            sections: sections.compactMap(\.self))
    }

    /// The metrics and verdict as printed on the terminal.
    public var summary: String { Summary.text(Summary.table(metrics), verdict) }

    private var metricsSection: Report.Section {
        .init(
            "Metrics",
            [
                .table(ReportParts.metrics(metrics, caption: "The model, with 95 % intervals over headlines")),
                .paragraph(
                    "Macro-F1 weights all labels equally, weighted F1 all headlines."
                        + " The \(ReportParts.glossaryTitle.lowercased()) at the end explains every metric."),
            ])
    }

    private var baselinesSection: Report.Section? {
        guard !baselines.isEmpty else { return nil }
        var table = Table(
            "The model and simple classifiers trained on the same headlines",
            [
                .words(""), .numbers("accuracy"), .numbers("macro-F1"), .numbers("nats per headline"),
                .numbers("model ahead by"),
            ])
        if let accuracy = metrics.named("accuracy") {
            table.add(
                [
                    "this model", accuracy.cell, .number(classification.scores.macroF1, .decimals(3)),
                    .number(classification.scores.negativeLogLikelihood, .decimals(3)), .missing,
                ], emphasized: true)
        }
        for other in baselines {
            table.add([
                .text(other.baseline.title), other.accuracy.cell(.decimals(3)),
                .number(other.scores.macroF1, .decimals(3)), .number(other.scores.negativeLogLikelihood, .decimals(3)),
                other.comparison.difference.cell(.decimals(3)),
            ])
        }
        let rows =
            [(name: "this model", interval: metrics.named("accuracy")?.interval, isModel: true)]
            + baselines.map { (name: $0.baseline.title, interval: Optional($0.accuracy), isModel: false) }
        let plot = IntervalPlot(
            "accuracy", style: .decimals(3),
            rows: rows.compactMap { row in
                row.interval.map {
                    IntervalPlot.Row(row.name, $0.estimate, low: $0.low, high: $0.high, isEmphasized: row.isModel)
                }
            })
        var blocks: [Report.Block] = [
            .table(table),
            .picture(Picture("Accuracy with 95 % intervals", description: "The model and its baselines.", plot)),
            .paragraph(
                "Trust the last column: it compares accuracy on the same headlines. An interval without 0 means a real"
                    + " difference."),
        ]
        for other in baselines where !other.isConverged {
            blocks.append(
                .paragraph(
                    "The training of \(other.baseline.title) was stopped before it converged, so the baseline may be better than"
                        + " it looks here."))
        }
        if unknownTraining > 0 {
            blocks.append(
                .paragraph(
                    "The baselines were not trained on \(Formatting.count(unknownTraining, "headline")) of the training file"
                        + " whose labels the model does not know."))
        }
        return .init("Comparison with baselines", blocks)
    }

    private var labelsSection: Report.Section {
        var table = Table(
            "Labels, worst first",
            [
                .words("label"), .numbers("headlines"), .numbers("predicted"), .numbers("precision"),
                .numbers("recall"), .numbers("F1"),
            ])
        for label in classification.classes.sorted(by: { ($0.f1, $0.label) < ($1.f1, $1.label) }) {
            table.add([
                .text(label.label), .count(label.support), .count(label.predicted),
                .number(label.precision, .decimals(3)), .number(label.recall, .decimals(3)),
                .number(label.f1, .decimals(3)),
            ])
        }
        return .init("Labels", [.table(table)])
    }

    private var calibrationSection: Report.Section {
        func bins(_ reliability: Reliability) -> [ReliabilityDiagram.Bin] {
            reliability.bins.map { .init(confidence: $0.confidence, accuracy: $0.accuracy, count: $0.count) }
        }
        let after = calibration.after
        var series = [(name: calibration.before == nil ? "this model" : "as exported", bins: bins(after))]
        if let before = calibration.before { series.insert((name: "without temperature", bins: bins(before)), at: 0) }
        var table = Table(
            "Calibration error in 15 bins", [.words(""), .numbers("error"), .numbers("if perfectly calibrated")])
        func add(_ name: String, _ error: Double, _ expected: Double, _ deviation: Double) {
            let range = "\(Formatting.fixed(expected, 3)) ± \(Formatting.fixed(deviation, 3))"
            table.add([.text(name), .number(error, .decimals(3)), .text(range)])
        }
        if let before = calibration.before, let temperature = calibration.temperature {
            add(
                "without its temperature of \(Formatting.fixed(temperature, 3))", before.error,
                before.errorIfCalibrated, before.deviationIfCalibrated)
        }
        add("as exported", after.error, after.errorIfCalibrated, after.deviationIfCalibrated)
        if let refitted = calibration.refitted.crossFitted {
            add(
                "with a temperature fitted here (two-fold cross-fit)", refitted.error, refitted.errorIfCalibrated,
                refitted.deviationIfCalibrated)
        }
        let best = calibration.refitted.scaling.temperature
        let confidence = predictions.confidences.reduce(0, +) / Double(predictions.count)
        return .init(
            "Calibration",
            [
                .paragraph(
                    "Of the headlines that get a label with 70 % confidence, 70 % should have that label. On average, this model"
                        + " is \(Formatting.percent(confidence)) confident and \(Formatting.percent(classification.scores.accuracy)) accurate."
                        + " A temperature of \(Formatting.fixed(best, 3)) would make the two equal; 1 means there is nothing to gain."
                ),
                .picture(
                    Picture(
                        "Confidence and accuracy",
                        description: "On the diagonal, confidence is accurate; below it, the model is overconfident.",
                        ReliabilityDiagram(series))),
                .table(table),
            ])
    }

    private var coverageSection: Report.Section {
        var table = Table(
            "How much the model can label on its own",
            [.words("if accuracy must be"), .numbers("it can label")])
        for accuracy in [0.7, 0.8, 0.9, 0.95] {
            let share = usefulCoverage(accuracy)
            table.add([
                .text(Formatting.percent(accuracy, 0)), share > 0 ? .number(share, .percent(1)) : .text("too few"),
            ])
        }
        let points = coverage.points(50).map { ($0.coverage, $0.accuracy) }
        return .init(
            "Coverage",
            [
                .picture(
                    Picture(
                        "Accuracy on the most confident headlines",
                        description:
                            "On the right, the model labels everything; further left, only its most confident headlines.",
                        LineChart(
                            x: ("share labeled", .percent(0)), y: ("accuracy", .percent(0)),
                            series: [.init("accuracy", points)], yRange: 0...1))),
                .table(table),
                .paragraph(
                    "\"Too few\" means fewer than \(minimumUseful) of these headlines, where accuracy may not carry over to new"
                        + " ones."),
            ])
    }

    private var slicesSection: Report.Section? {
        guard !slices.isEmpty else { return nil }
        let overall = classification.scores.accuracy
        let blocks = slices.flatMap { slice -> [Report.Block] in
            var table = Table(
                "By \(slice.title)",
                [
                    .words(slice.title), .numbers("headlines"), .numbers("accuracy"), .numbers("mean confidence"),
                    .words("compared with all"),
                ])
            for row in slice.rows {
                let relation =
                    row.count < HeadlineSlices.minimumToJudge
                    ? "too few to tell"
                    : row.accuracy.upper < overall
                        ? "worse" : row.accuracy.lower > overall ? "better" : "no clear difference"
                table.add([
                    .text(row.name), .count(row.count), row.accuracy.cell(.decimals(3)),
                    .number(row.meanConfidence, .decimals(3)), .text(relation),
                ])
            }
            return [.table(table)] + (slice.omission.map { [.paragraph($0)] } ?? [])
        }
        return .init("Slices", blocks)
    }
}
