import ArgumentParser
import Commands
import Files
import Foundation
import HeadlineData
import Inference

/// `headline classify`.
struct ClassifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify",
        abstract: "Labels headlines with calibrated probabilities.",
        discussion: """
            Characters that would command the terminal are shown as escapes. With --json every headline becomes one JSON \
            object a line: headline, label, probability, and candidates.

            Examples:

              headline classify --model checkpoints/classifier-sample/best "Striker out for six weeks after scan"
              headline classify --model DIR --file headlines.jsonl.gz --top-k 1 --json > labels.jsonl
            """)

    @Argument(help: "Headlines.")
    var headlines: [String] = []

    @Option(
        help: ArgumentHelp("A classifier's model folder, such as checkpoints/classifier-sample/best.", valueName: "dir")
    )
    var model: String

    @Option(help: ArgumentHelp("A file of headlines: CSV, TSV, JSONL, JSON or TXT, also gzipped.", valueName: "file"))
    var file: String?

    @Option(help: ArgumentHelp("How many labels to show for each headline.", valueName: "k"))
    var topK = 3

    @Flag(help: "Print JSON lines.")
    var json = false

    func run() throws {
        try reportingFailure {
            guard topK >= 1 else {
                throw ClassificationError("top-k is \(topK), expected a whole number from 1 on")
            }
            guard headlines.isEmpty != (file == nil) else {
                throw ClassificationError(
                    headlines.isEmpty
                        ? "there is nothing to label, expected headlines or --file FILE"
                        : "there are headlines and --file, expected one of the two")
            }
            let texts = try file.map { try HeadlineTable(readingFrom: $0, format: nil, columns: ColumnNames()).texts }
            let classifier = try Classifier(folder: model)
            // In parts, so that a long file is answered from the beginning.
            let all = texts ?? headlines
            var cut = 0
            for start in stride(from: 0, to: all.count, by: 512) {
                let part = Array(all[start..<min(start + 512, all.count)])
                for (text, prediction) in zip(part, try classifier.classify(part)) {
                    if prediction.isCut { cut += 1 }
                    print(line(text, prediction))
                }
            }
            if cut > 0 {
                writeLine(
                    "warning: \(cut) \(cut == 1 ? "headline has" : "headlines have") more tokens than the model has positions; "
                        + "the end was not read")
            }
        }
    }

    private func line(_ text: String, _ prediction: Classifier.Prediction) -> String {
        let shown = prediction.candidates.prefix(topK)
        guard json else {
            let labels = shown.map { "\(harmless($0.label)) \(String(format: "%.3f", $0.probability))" }
            return "\(labels.joined(separator: "  "))  \(harmless(text))"
        }
        let candidates = shown.map { candidate -> JSONValue in
            .object([("label", .string(candidate.label)), ("probability", .number(candidate.probability))])
        }
        return String(
            decoding: JSONValue.object([
                ("headline", .string(text)), ("label", .string(shown[0].label)),
                ("probability", .number(shown[0].probability)), ("candidates", .array(candidates)),
            ]).serialized(), as: UTF8.self)
    }
}
