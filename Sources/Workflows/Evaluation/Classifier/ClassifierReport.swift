import HeadlineData
import Inference
import ModelFolders
public import Reports
import Statistics

extension ClassifierEvaluation {
    /// The evaluation as a report.
    public func report(_ thresholds: [Threshold.Outcome] = []) -> Report {
        let sections = [
            ReportParts.thresholds(thresholds), figuresSection, baselinesSection, labelsSection, confusionsSection,
            calibrationSection, coverageSection, slicesSection, errorsSection, suspicionsSection, wordsSection,
            ReportParts.data(data), ReportParts.glossary(.classifier),
        ]
        return Report(
            title: "Classifier evaluation", subtitle: "\(model.path) on \(data.source.path)", verdict: verdict,
            provenance: ReportParts.provenance(
                models: [("model", model)], data: data, seed: seed, resamples: resamples, command: command),
            sections: sections.compactMap(\.self))
    }

    private var figuresSection: Report.Section {
        .init(
            "Figures",
            [
                .table(ReportParts.measures(measures, caption: "The model with 95% intervals over headlines")),
                .paragraph(
                    "Macro F1 counts every label alike, weighted F1 every headline. What the figures mean is said at the end,"
                        + " under \(ReportParts.glossaryTitle)."),
            ])
    }

    private var baselinesSection: Report.Section? {
        guard !baselines.isEmpty else { return nil }
        var table = Table(
            "The model among simple classifiers that learned from the same training file",
            [
                .words(""), .figures("accuracy"), .figures("macro F1"), .figures("nats per headline"),
                .figures("model is better by"),
            ])
        if let accuracy = measures.named("accuracy") {
            table.add(
                [
                    "this model", accuracy.cell, .number(report.scores.macroF1, .decimals(3)),
                    .number(report.scores.negativeLogLikelihood, .decimals(3)), .missing,
                ], emphasised: true)
        }
        for other in baselines {
            table.add([
                .text(other.baseline.title), other.accuracy.cell(.decimals(3)),
                .number(other.scores.macroF1, .decimals(3)), .number(other.scores.negativeLogLikelihood, .decimals(3)),
                other.comparison.difference.cell(.decimals(3)),
            ])
        }
        let rows =
            [(name: "this model", interval: measures.named("accuracy")?.interval, isModel: true)]
            + baselines.map { (name: $0.baseline.title, interval: Optional($0.accuracy), isModel: false) }
        let plot = IntervalPlot(
            "accuracy", style: .decimals(3),
            rows: rows.compactMap { row in
                row.interval.map {
                    IntervalPlot.Row(row.name, $0.estimate, low: $0.low, high: $0.high, isEmphasised: row.isModel)
                }
            })
        var blocks: [Report.Block] = [
            .table(table),
            .figure(Figure("Accuracy with 95% intervals", description: "The model and its baselines.", plot)),
            .paragraph(
                "The last column compares on the same headlines and decides: where it leaves out 0 there is a difference."
            ),
        ]
        for other in baselines where !other.isFitted {
            blocks.append(
                .paragraph(
                    "The baseline \(other.baseline.title) was stopped before it had learned to the end: it may be better than it looks"
                        + " here."))
        }
        if unknownTraining > 0 {
            blocks.append(
                .paragraph(
                    "The baselines did not learn from \(NumberText.headlines(unknownTraining)) of the training file whose labels"
                        + " the model does not know."))
        }
        return .init("Against baselines", blocks)
    }

    private var labelsSection: Report.Section {
        var table = Table(
            "Every label",
            [
                .words("label"), .figures("headlines"), .figures("given"), .figures("precision"), .figures("recall"),
                .figures("F1"),
            ])
        for figures in report.classes.sorted(by: { ($0.f1, $0.label) < ($1.f1, $1.label) }) {
            table.add([
                .text(figures.label), .count(figures.support), .count(figures.predicted),
                .number(figures.precision, .decimals(3)), .number(figures.recall, .decimals(3)),
                .number(figures.f1, .decimals(3)),
            ])
        }
        return .init(
            "Labels", [.paragraph("From the label that the model does worst to the one it does best."), .table(table)])
    }

    private var confusionsSection: Report.Section {
        let counts = labels.indices.map { label in
            labels.indices.map { report.confusion[label: label, predicted: $0] }
        }
        var blocks: [Report.Block] = [
            .figure(
                Figure(
                    "Which labels are taken for which",
                    description: "A row for each label, a column for what it was taken for; the diagonal is right.",
                    ConfusionPicture(labels: labels, counts: counts)))
        ]
        let shown = confusions.prefix(10)
        guard !shown.isEmpty else { return .init("Confusions", blocks) }
        var table = Table(
            confusions.count > shown.count
                ? "The \(shown.count) of \(confusions.count) pairs of labels that are taken for each other most often"
                : "Labels that are taken for each other",
            [
                .words("label"), .words("and"), .figures("first taken for second"), .figures("second for first"),
                .figures("share of both"),
            ])
        for pair in shown {
            table.add([
                .text(labels[pair.first]), .text(labels[pair.second]), .count(pair.rows.count),
                .count(pair.reverseRows.count), .number(pair.share, .percent(0)),
            ])
        }
        blocks.append(.table(table))
        for pair in shown.prefix(6) {
            let rows = pair.rows.prefix(3) + pair.reverseRows.prefix(2)
            blocks.append(
                .folded(
                    summary: "\(labels[pair.first]) and \(labels[pair.second]): examples",
                    [.examples(rows.map { example($0) })]))
        }
        return .init("Confusions", blocks)
    }

    /// A headline with what it is and what it was taken for.
    private func example(_ row: Int, _ more: [String] = []) -> Example {
        let (label, predicted) = (labels[predictions.labels[row]], labels[predictions.predicted[row]])
        let sure = NumberText.percent(predictions.confidences[row], 0)
        let own = NumberText.percent(predictions.labelProbabilities[row], 0)
        return Example(
            data.headlines[row].text,
            details: [
                "label \(label) (\(own))", "taken for \(predicted) (\(sure))", "line \(data.headlines[row].line)",
            ] + more)
    }

    private var calibrationSection: Report.Section {
        func bins(_ reliability: Reliability) -> [ReliabilityDiagram.Bin] {
            reliability.bins.map { .init(confidence: $0.confidence, accuracy: $0.accuracy, count: $0.count) }
        }
        let after = calibration.after
        var series = [(name: calibration.before == nil ? "this model" : "as exported", bins: bins(after))]
        if let before = calibration.before { series.insert((name: "before temperature", bins: bins(before)), at: 0) }
        var table = Table(
            "Calibration error in 15 bins", [.words(""), .figures("error"), .figures("if perfectly calibrated")])
        func add(_ name: String, _ error: Double, _ expected: Double, _ deviation: Double) {
            let range = "\(NumberText.fixed(expected, 3)) ± \(NumberText.fixed(deviation, 3))"
            table.add([.text(name), .number(error, .decimals(3)), .text(range)])
        }
        if let before = calibration.before, let temperature = calibration.temperature {
            add(
                "before its temperature of \(NumberText.fixed(temperature, 3))", before.error,
                before.errorIfCalibrated, before.deviationIfCalibrated)
        }
        add("as exported", after.error, after.errorIfCalibrated, after.deviationIfCalibrated)
        if let refitted = calibration.refitted.crossFitted {
            add(
                "with a temperature fitted here, half by half", refitted.error, refitted.errorIfCalibrated,
                refitted.deviationIfCalibrated)
        }
        let best = calibration.refitted.scaling.temperature
        let (sure, right) = (
            predictions.confidences.reduce(0, +) / Double(predictions.count), report.scores.accuracy
        )
        return .init(
            "Calibration",
            [
                .paragraph(
                    "Of headlines given a label with 70% confidence, 70% should have it. On average the model is"
                        + " \(NumberText.percent(sure)) sure, and \(NumberText.percent(right)) are right. The two would"
                        + " be equal with the logits divided by \(NumberText.fixed(best, 3)); 1 means that a temperature has"
                        + " nothing left to gain."),
                .figure(
                    Figure(
                        "Confidence and accuracy",
                        description: "On the diagonal confidence means what it says; below it the model is too sure.",
                        ReliabilityDiagram(series))),
                .table(table),
            ])
    }

    private var coverageSection: Report.Section {
        var table = Table(
            "What to leave to a person",
            [.words("accuracy wanted"), .figures("share of headlines the model can label")])
        for accuracy in [0.7, 0.8, 0.9, 0.95] {
            let share = usefulCoverage(accuracy)
            table.add([
                .text(NumberText.percent(accuracy, 0)), share > 0 ? .number(share, .percent(1)) : .text("too few"),
            ])
        }
        let points = coverage.points(50).map { ($0.coverage, $0.accuracy) }
        return .init(
            "Coverage",
            [
                .figure(
                    Figure(
                        "Accuracy of the headlines that the model is surest of",
                        description: "At the right end all headlines are labelled; further left only the surest.",
                        LineChart(
                            x: ("share labelled", .percent(0)), y: ("accuracy", .percent(0)),
                            series: [.init("accuracy", points)], yRange: 0...1))),
                .table(table),
                .paragraph(
                    "Too few are fewer than \(minimumUseful) of these headlines: on others the same share may be less"
                        + " accurate."),
            ])
    }

    private var slicesSection: Report.Section? {
        guard !slices.isEmpty else { return nil }
        let overall = report.scores.accuracy
        let blocks = slices.flatMap { slice -> [Report.Block] in
            var table = Table(
                "By \(slice.title)",
                [
                    .words(slice.title), .figures("headlines"), .figures("accuracy"), .figures("mean confidence"),
                    .words("against all"),
                ])
            for row in slice.rows {
                let relation =
                    row.count < HeadlineSlices.minimumToJudge
                    ? "too few to say"
                    : row.accuracy.upper < overall
                        ? "worse" : row.accuracy.lower > overall ? "better" : "not told apart"
                table.add([
                    .text(row.name), .count(row.count), row.accuracy.cell(.decimals(3)),
                    .number(row.meanConfidence, .decimals(3)), .text(relation),
                ])
            }
            return [.table(table)] + (slice.omission.map { [.paragraph($0)] } ?? [])
        }
        return .init("Slices", blocks)
    }

    private var errorsSection: Report.Section? {
        guard !errors.mostConfident.isEmpty else { return nil }
        let examples = errors.mostConfident.map { row in
            let pulls = (words.headlines[row] ?? []).map { "\($0.word) +\(NumberText.fixed($0.nats, 1))" }
            return example(row, pulls.isEmpty ? [] : ["because of \(pulls.joined(separator: ", ")) nats"])
        }
        return .init(
            "Most confident errors",
            [
                .paragraph(
                    "Of \(NumberText.headlines(errors.count)) with another label, those that the model is surest of."),
                .examples(Array(examples.prefix(8))),
            ]
                + (examples.count > 8
                    ? [.folded(summary: "\(examples.count - 8) more", [.examples(Array(examples.dropFirst(8)))])] : []))
    }

    /// Suspected label errors that the page shows; all stand in `report.json`.
    static let maximumSuspicions = 20

    private var suspicionsSection: Report.Section? {
        let all = errors.suspectedLabels
        guard !all.isEmpty else { return nil }
        let asked = baselines.filter { $0.baseline != .majority }.count
        let examples = all.prefix(Self.maximumSuspicions).map { suspicion in
            example(suspicion.row, asked > 0 ? ["\(suspicion.agreeing) of \(asked) baselines agree"] : [])
        }
        let text =
            "\(NumberText.headlines(all.count)) where the label itself is doubtful: the model gives another label at least the"
            + " probability that it usually gives headlines of that label"
            + (asked > 0 ? ", and a baseline that learned otherwise agrees." : ".")
            + (all.count > examples.count ? " The first \(examples.count) are here, all in report.json." : "")
        return .init(
            "Suspected label errors",
            [.paragraph(text), .examples(Array(examples.prefix(6)))]
                + (examples.count > 6
                    ? [.folded(summary: "\(examples.count - 6) more", [.examples(Array(examples.dropFirst(6)))])] : []))
    }

    private var wordsSection: Report.Section? {
        guard !words.labels.isEmpty else { return nil }
        var table = Table(
            "Words that speak for a label",
            [.words("label"), .words("words, with nats that the label loses without, and headlines they are in")])
        for (label, pulls) in words.labels {
            let list = pulls.map { "\($0.word) \(NumberText.fixed($0.nats, 1)) (\($0.count)×)" }.joined(separator: ", ")
            table.add([.text(labels[label]), .text(list)])
        }
        let text =
            "Each word was left out of \(NumberText.headlines(words.looksAt)): the most confident errors, and others of every"
            + " label that the model gives. Words come in the order of all they move, nats times headlines. A word that has"
            + " nothing to do with its label is a shortcut the model learned."
        return .init(
            "Words that pull most", [.paragraph(text), .folded(summary: "Words of every label", [.table(table)])])
    }
}
