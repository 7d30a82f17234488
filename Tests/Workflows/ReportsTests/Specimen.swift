import Reports
import Text

/// A report that has everything a report can have. Every name and headline in it is invented.
enum Specimen {
    /// What a hostile headline may hold: markup, an escape of the terminal, marks that turn the direction of writing, a link.
    static let hostile =
        "</script><img src=x onerror=alert(1)> & \"quotes\" 'more' \u{1B}[31m \u{202E}desrever\u{2066} www.example.org"
        + " http://example.org | `code` **bold** @someone\nsecond line"

    static let labels = [
        "business", "entertainment", "health", "politics", "science", "sports", "technology", "world",
    ]

    /// A matrix whose diagonal is heavy, the same at every call.
    static func confusion(_ count: Int) -> [[Int]] {
        (0..<count).map { row in
            (0..<count).map { column in
                row == column
                    ? 60 + (row * 37) % 90 : (row * 7 + column * 13) % 11 < 4 ? (row * 5 + column * 3) % 13 : 0
            }
        }
    }

    static var table: Table {
        var table = Table("Accuracy and baselines", [.words("model"), .numbers("accuracy"), .numbers("headlines")])
        table.add(
            ["classifier", .interval(0.6124, low: 0.598, high: 0.6269, .decimals(3)), .count(12345)], emphasized: true)
        table.add(["naive Bayes", .number(0.5512, .decimals(3)), .count(12345)])
        table.add([.text(hostile), .number(.nan, .percent(1)), .missing])
        return table
    }

    static var pictures: [Picture] {
        let lengths = (0..<28).map { Double(($0 * $0 * (28 - $0)) / 3) }
        let curve = (1...20).map { share in
            LineChart.Point(
                x: Double(share) / 20, y: 0.98 - 0.018 * Double(share), low: 0.96 - 0.019 * Double(share),
                high: min(1, 1 - 0.017 * Double(share)))
        }
        let bins = (1...9).map { bin in
            ReliabilityDiagram.Bin(
                confidence: Double(bin) / 10 + 0.04, accuracy: Double(bin) / 12, count: bin * bin * 7)
        }
        let after = bins.map {
            ReliabilityDiagram.Bin(confidence: $0.accuracy + 0.03, accuracy: $0.accuracy, count: $0.count)
        }
        return [
            Picture(
                "Headlines of each label", description: "Training and validation headlines of the eight labels.",
                BarChart(
                    series: ["training", "validation"], nameTitle: "label",
                    bars: labels.enumerated().map {
                        ($1, [Double(900 - 90 * $0), $0 == 4 ? nil : Double(100 + 7 * $0)])
                    })),
            Picture(
                "Length of headlines", description: "Most headlines have 12 to 21 words; the limit is 24.",
                Histogram(
                    "headlines", by: "words", lowest: 0, width: 1,
                    series: [.init("training", lengths), .init("validation", lengths.map { $0 / 3 })],
                    marks: [.init("median 18", at: 18.5), .init("limit 24", at: 24)])),
            Picture(
                "Accuracy by coverage",
                description: "The most confident half of the headlines is labeled with 80 % accuracy.",
                LineChart(
                    x: ("coverage", .percent(0)), y: ("accuracy", .percent(0)),
                    series: [
                        .init("classifier", curve), .init("naive Bayes", curve.map { ($0.x, $0.y - 0.1) }),
                        .init("majority", [(0.05, 0.3), (1, 0.3)]),
                    ])),
            Picture(
                "Loss by position", description: "The loss falls from 7.1 to 4.9 nats over the first twelve tokens.",
                LineChart(
                    x: ("position", .count), y: ("nats per token", .decimals(2)),
                    series: [.init("loss", (1...30).map { (Double($0), 4.6 + 2.5 / Double($0)) })])),
            Picture(
                "Reliability",
                description: "Before scaling the classifier is overconfident; after, the curve is near the diagonal.",
                ReliabilityDiagram([("before scaling", bins), ("after scaling", after)])),
            Picture(
                "Accuracy among baselines", description: "The classifier is above both baselines.",
                IntervalPlot(
                    "accuracy", style: .decimals(3),
                    rows: [
                        .init("classifier", 0.612, low: 0.598, high: 0.626, isEmphasized: true),
                        .init("logistic regression on TF-IDF of words and letters", 0.571, low: 0.557, high: 0.586),
                        .init("naive Bayes", 0.551, low: 0.536, high: 0.566), .init("majority", 0.162),
                    ])),
            Picture(
                "Confusion of eight labels", description: "Most mistakes lie between world and politics.",
                ConfusionChart(labels: labels, counts: confusion(8))),
            Picture(
                "Confusion of 42 labels", description: "Mistakes are spread over many pairs of labels.",
                ConfusionChart(
                    labels: (0..<42).map { "\(labels[$0 % 8].uppercased()) & MORE \($0)" }, counts: confusion(42))),
        ]
    }

    static var report: Report {
        Report(
            title: "Specimen of a report", subtitle: "Invented figures: \(hostile)",
            verdict: Verdict(
                .caution, "Better than both baselines, but overconfident.",
                reasons: ["Accuracy 0.612 [0.598, 0.626] against 0.551.", hostile]),
            provenance: [
                .init("data", "validation.jsonl"), .init("digest", String(repeating: "0123456789abcdef", count: 4)),
            ],
            sections: [
                .init(
                    "Figures",
                    [
                        .paragraph("Text comes first. \(hostile)"), .note(Note(.information, "A remark.")),
                        .note(Note(.warning, "A warning.")), .note(Note(.problem, hostile)), .table(table),
                    ]),
                .init("Pictures", pictures.map { .picture($0) }),
                .init(
                    "Headlines",
                    [
                        .examples([
                            Example(lead: "Mayor of ", "Tessen opens a bridge", details: ["seed 7", "0.98"]),
                            Example(
                                hostile, details: [hostile],
                                related: [Example("كوبري جديد في تيسن", details: ["line 9"])]),
                        ]),
                        .folded(summary: "All 2 of them", [.examples([Example("Ferry runs again")]), .table(table)]),
                    ]),
                .init("Facts", [.facts([.init("rows", "12,345"), .init(hostile, hostile)])]),
            ])
    }
}
