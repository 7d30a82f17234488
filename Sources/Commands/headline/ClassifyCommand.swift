import ArgumentParser
import Commands
import Files
import Foundation
import HeadlineData
import Inference
import JSON
import ModelFolders
import Settings
import Text

/// `headline classify`.
struct ClassifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify",
        abstract: "Labels headlines with calibrated probabilities.",
        discussion: """
            Control characters are printed as escapes. --json prints one JSON object per line: headline, label, probability, \
            and candidates. Without headlines and --file, the command reads headlines from standard input, one per line.

            Columns and the format are named as in training: --set data.columns.headline=title, --set data.format=csv. If a \
            headline of a file cannot be labeled, the command reports its line, labels the others, and ends with status 65. A file \
            that breaks its format, for example in a row with an extra field, is refused as a whole.

            Examples:

              headline classify --model checkpoints/classifier-sample/best "Striker out for six weeks after scan"
              headline classify --model DIR --file headlines.jsonl.gz --top-k 1 --json > labels.jsonl
            """)

    @Argument(help: "Headlines to label.")
    var headlines: [String] = []

    @Option(
        help: ArgumentHelp(
            "Model folder of a classifier, such as checkpoints/classifier-sample/best.", valueName: "dir")
    )
    var model: String

    @Option(help: ArgumentHelp("Headlines to label: CSV, TSV, JSONL, JSON or TXT, also gzipped.", valueName: "file"))
    var file: String?

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp("Override one setting; may be repeated.", valueName: "key.path=value"))
    var overrides: [String] = []

    @Option(help: ArgumentHelp("Number of labels to print for each headline.", valueName: "k"))
    var topK = 3

    @OptionGroup var compute: ComputeFlags

    @Flag(help: "Print JSON lines.")
    var json = false

    /// The settings for reading a file, by the keys of training.
    private struct Settings: Codable {
        var data = HeadlineFileSettings.Data()
    }

    func run() throws {
        try reportingFailure {
            compute.apply()
            guard topK >= 1 else {
                throw UsageError("--top-k is \(topK), expected a whole number from 1 up")
            }
            guard headlines.isEmpty || file == nil else {
                throw UsageError("headlines and --file were both given, expected one of them")
            }
            try requireModel(.classifier, in: model)
            let settings = try resolve(Settings(), overrides: overrides, overrideName: "--set")
            let table = headlines.isEmpty ? try table(settings.data) : nil
            let classifier = try Classifier(folder: model)
            for remark in classifier.remarks { writeWarning(remark) }
            let (cut, wrong) =
                try table.map { try label($0, classifier) } ?? (show(headlines, try classifier.classify(headlines)), 0)
            if cut > 0 {
                writeWarning(
                    "\(cut) \(cut == 1 ? "headline is" : "headlines are") longer than the model's context; "
                        + "the end was not read")
            }
            try flushStandardOutput()
            if wrong > 0 { throw ExitCode(ErrorCategory.invalidInput.exitCode) }
        }
    }

    /// Returns the headlines of the file or of standard input.
    private func table(_ settings: HeadlineFileSettings.Data) throws -> HeadlineTable {
        let table: HeadlineTable
        if let file {
            table = try HeadlineTable(readingFrom: file, format: settings.format, columns: settings.columns)
        } else {
            let bytes = isatty(STDIN_FILENO) == 1 ? [] : try readStandardInput()
            guard !bytes.isEmpty else {
                throw UsageError(
                    "there is nothing to label, expected headlines, --file FILE, or headlines on standard input")
            }
            table = try HeadlineTable(
                bytes: bytes, path: "standard input", format: settings.format ?? .txt, columns: settings.columns)
        }
        if table.summary.emptyHeadlines > 0 { writeLine("\(table.path): \(table.summary)") }
        return table
    }

    /// Labels the headlines of a file in parts, so that the first answers of a long file come soon. Reports each headline
    /// that cannot be labeled by its line.
    /// - Returns: The numbers of headlines that were cut and that could not be labeled.
    private func label(_ table: HeadlineTable, _ classifier: Classifier) throws -> (cut: Int, wrong: Int) {
        var (cut, wrong) = (0, 0)
        for start in stride(from: 0, to: table.rows.count, by: Self.part) {
            var rows = Array(table.rows[start..<min(start + Self.part, table.rows.count)])
            while !rows.isEmpty {
                let texts = rows.map(\.text)
                switch Result(catching: { () throws(ClassificationError) in try classifier.classify(texts) }) {
                case .success(let predictions):
                    cut += show(texts, predictions)
                    rows = []
                case .failure(let error):
                    guard let place = error.headline else { throw error }
                    let line = rows.remove(at: place).line
                    writeError("\(table.path), line \(line): the headline \(error.problem)")
                    wrong += 1
                }
            }
        }
        return (cut, wrong)
    }

    /// The number of headlines of one part of a file.
    private static let part = 512

    /// Prints the labels of headlines, and returns how many headlines were cut.
    private func show(_ headlines: [String], _ predictions: [Classifier.Prediction]) -> Int {
        for (headline, prediction) in zip(headlines, predictions) { print(line(headline, prediction)) }
        return predictions.count { $0.isCut }
    }

    private func line(_ text: String, _ prediction: Classifier.Prediction) -> String {
        let shown = prediction.candidates.prefix(topK)
        guard json else {
            let labels = shown.map { "\(escapedForTerminal($0.label)) \(String(format: "%.3f", $0.probability))" }
            return "\(labels.joined(separator: "  "))  \(escapedForTerminal(text))"
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
