import ArgumentParser
import Commands
import Evaluation
import Files
import Foundation
import HeadlineData
import JSON
import Reports
import Settings
import Text
import Tokenization

/// `headline data`, the parent of commands on headline files.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Works with headline files.", subcommands: [DataCheckCommand.self])
}

/// `headline data check`.
struct DataCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks headline files for problems before training.",
        discussion: """
            Counts rows, encodings, empty and overlong headlines, exact and near duplicates, labels, conflicting labels, lengths, \
            dates and damaged text. Of several files, the first is the training file; rows of a later file that appear in an \
            earlier one count as leakage. The files are not changed.

            With --strict the command ends with status 1 if it finds leakage, exact duplicates, conflicting labels, rows \
            without a label (in files that have labels), labels with fewer than \(Labeling.defaultRareLimit) headlines in the \
            first file, labels that may mean the same, empty or overlong headlines, damaged text, or unreadable dates. Near \
            duplicates within a file and missing dates do not count.

            Columns, the format and a label map are named as in training: --set data.columns.headline=title, \
            --set data.columns.category=section, --set data.format=csv, --set labels.map=topics.yaml.

            Examples:

              headline data check headlines.csv
              headline data check train.jsonl validation.jsonl --report reports/data --strict
              headline data check labeled.jsonl --tokenizer minilm-l6 --json > check.json
            """)

    @Argument(help: ArgumentHelp("Headline files: CSV, TSV, JSONL, JSON or TXT, also gzipped.", valueName: "file"))
    var files: [String]

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp("Override one setting; may be repeated.", valueName: "key.path=value"))
    var overrides: [String] = []

    @Option(
        help: ArgumentHelp("Measure length in tokens of this folder's tokenizer instead of in words.", valueName: "dir")
    )
    var tokenizer: String?

    @Option(
        help: ArgumentHelp(
            "Length above which a headline is overlong (default: \(LengthMeasure.defaultWordLimit) words or \(LengthMeasure.defaultTokenLimit) tokens).",
            valueName: "n"))
    var longest: Int?

    @Flag(help: "Print one JSON object, the same as report.json.")
    var json = false

    @Option(
        help: ArgumentHelp("Also write report.html, report.md and report.json to this new folder.", valueName: "dir"))
    var report: String?

    @Flag(help: "End with status 1 if there are findings that count.")
    var strict = false

    @Flag(name: .shortAndLong, help: "Print no progress.")
    var quiet = false

    /// The number of rows from which the check takes long enough to show its progress.
    private static let manyRows = 20_000

    func run() throws {
        try reportingFailure {
            let folder = try reportFolder()
            let settings = try resolve(HeadlineFileSettings(), overrides: overrides, overrideName: "--set")
            let measure = try lengthMeasure()
            let map = try settings.labels.labelMap()
            let sources = try files.map {
                try HeadlineSource(readingFrom: $0, format: settings.data.format, columns: settings.data.columns)
            }
            let isLong = sources.reduce(0) { $0 + $1.table.rows.count } >= Self.manyRows
            let check = try DataCheck(of: sources, measure: measure, map: map) { stage in
                if isLong, !quiet { writeLine(stage + " …") }
            }
            let document = check.json(command: typedCommand)
            let text = check.report(command: typedCommand)
            print(json ? String(decoding: document.serialized(.indented), as: UTF8.self) : text.plainText)
            if let folder {
                try folder.write(text, json: document)
                if !quiet { writeLine("wrote \(folder.path)/report.html, report.md and report.json") }
            }
            try flushStandardOutput()
            if strict, check.fails { throw ExitCode(ErrorCategory.failure.exitCode) }
        }
    }

    /// The folder of the report, checked before any work.
    private func reportFolder() throws -> ReportFolder? {
        guard let report else { return nil }
        do { return try ReportFolder(path: report) } catch {
            throw FileError("--report", "\(error)", category: error.category)
        }
    }

    private func lengthMeasure() throws -> LengthMeasure {
        if let longest, longest < 1 {
            throw UsageError("--longest is \(longest), expected a whole number from 1 up")
        }
        guard let tokenizer else { return .words(limit: longest ?? LengthMeasure.defaultWordLimit) }
        let (folder, limit) = (tokenizer, longest ?? LengthMeasure.defaultTokenLimit)
        switch try TokenizerKind(folder: folder) {
        case .wordPiece:
            let tokenizer = try WordPieceTokenizer(folder: folder)
            return LengthMeasure(unit: "tokens", limit: limit) { tokenizer.framed(tokenizer.encode($0)).count }
        case .byteLevelBPE:
            let tokenizer = try ByteLevelBPE(folder: folder)
            // One more for the end of text.
            return LengthMeasure(unit: "tokens", limit: limit) { tokenizer.encode($0).count + 1 }
        }
    }
}
