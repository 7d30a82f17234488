public import ArgumentParser
import Commands
import Files
import Foundation
import HeadlineData
import Inference
import ModelFolders
public import NumericCore
import Text

extension DType: ExpressibleByArgument {}

/// `headline export`.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Exports a model folder in another precision.",
        discussion: """
            The command reads the export back and checks its digest. float32, float16 and bfloat16 load in transformers; int8 \
            loads in HeadlineKit only, and its config.json says so.

            --validation measures what the precision costs: the perplexity of a generator, or the accuracy of a classifier on \
            headlines whose labels it knows.

            Examples:

              headline export --model checkpoints/generator-sample/best --output small --precision float16
              headline export --model DIR --output DIR-int8 --int8 --validation validation.jsonl
            """)

    @Option(help: ArgumentHelp("Model folder of a generator or classifier.", valueName: "dir"))
    var model: String

    @Option(help: ArgumentHelp("Folder to write; it must not exist.", valueName: "dir"))
    var output: String

    @Option(help: "Precision of the weights; 16-bit ones take half the space, int8 a quarter.")
    var precision: DType?

    @Flag(help: "Same as --precision int8.")
    var int8 = false

    @Option(help: ArgumentHelp("Headlines to measure the change on.", valueName: "file"))
    var validation: String?

    func run() throws {
        try reportingFailure {
            guard !pathExists(output) else {
                throw UsageError("\(output): is there already; choose a new folder with --output")
            }
            guard precision == nil || !int8 else {
                throw UsageError("--precision and --int8 were both given, expected one of them")
            }
            let precision = int8 ? .int8 : precision ?? .float32
            let table = try validation.map { try HeadlineTable(readingFrom: $0) }
            switch try ModelKind(ofFolder: model) {
            case .generator: try exportGenerator(precision, table)
            case .classifier: try exportClassifier(precision, table)
            }
            if table == nil, precision != .float32 { print("change not measured: give --validation FILE") }
            print(output)
            try flushStandardOutput()
        }
    }

    private func exportGenerator(_ precision: DType, _ table: HeadlineTable?) throws {
        let folder = try GeneratorFolder(path: model)
        guard !folder.configuration.isInt8 else { throw isInt8Already }
        let headlines = table?.texts ?? []
        // Errors in the headlines show before anything is written.
        let before = try table.map { _ in Self.perplexity(try HeadlineScorer(folder: model).scores(of: headlines)) }
        let loaded = try folder.load(for: .reading)
        emit(loaded.ignored)
        try folder.export(loaded, dtype: precision, to: output)
        _ = try GeneratorFolder(path: output).load(for: .inference)
        if let before {
            let after = Self.perplexity(try HeadlineScorer(folder: output).scores(of: headlines))
            let change = String(format: "%+.2f %%", (after / before - 1) * 100)
            print(
                "perplexity per token on \(headlines.count) headlines: \(String(format: "%.2f", before)) before, "
                    + "\(String(format: "%.2f", after)) in \(precision.rawValue), \(change)")
        }
    }

    private static func perplexity(_ scores: [HeadlineScorer.Score]) -> Double {
        let nats = scores.reduce(0) { $0 + $1.nats.reduce(0, +) }
        return exp(nats / Double(max(1, scores.reduce(0) { $0 + $1.nats.count })))
    }

    private func exportClassifier(_ precision: DType, _ table: HeadlineTable?) throws {
        let folder = try ClassifierFolder(path: model)
        guard !folder.configuration.isInt8 else { throw isInt8Already }
        let rows = try table.map { try judged($0, by: folder.configuration.labels) } ?? []
        // Errors in the headlines show before anything is written.
        let old = try table.map { try accuracy(of: try Classifier(folder: model), on: rows, of: $0) }
        let loaded = try folder.load(for: .reading)
        emit(loaded.ignored)
        try folder.export(loaded, dtype: precision, to: output)
        let after = try Classifier(folder: output)
        guard let table, let old else { return }
        let new = try accuracy(of: after, on: rows, of: table)
        print(
            "accuracy on \(rows.count) headlines: \(String(format: "%.4f", old)) before, "
                + "\(String(format: "%.4f", new)) in \(precision.rawValue), "
                + "\(String(format: "%+.2f", (new - old) * 100)) points")
    }

    /// Returns the rows with a label that the model knows, and reports the number of others.
    private func judged(_ table: HeadlineTable, by labels: [String]) throws -> [Headline] {
        let labeled = table.rows.filter { $0.category != nil }
        let rows = labeled.filter { row in labels.contains { $0 == row.category } }
        let others = labeled.count - rows.count
        guard !rows.isEmpty else {
            throw FileError(
                table.path,
                labeled.isEmpty
                    ? "has no labeled rows, expected some to measure accuracy on"
                    : "has none of the model's labels in its \(others) labeled rows, expected some to measure accuracy on"
            )
        }
        if others > 0 {
            writeLine("\(table.path): left out \(others) headlines with labels that the model does not know")
        }
        return rows
    }

    /// Returns the share of rows whose most likely label is their own.
    private func accuracy(of classifier: Classifier, on rows: [Headline], of table: HeadlineTable) throws -> Double {
        let texts = rows.map(\.text)
        switch Result(catching: { () throws(ClassificationError) in try classifier.classify(texts) }) {
        case .success(let predictions):
            return Double(zip(predictions, rows).count { $0.candidates[0].label == $1.category }) / Double(rows.count)
        case .failure(let error):
            guard let place = error.headline else { throw error }
            throw FileError(table.path, "line \(rows[place].line): the headline \(error.problem)")
        }
    }

    private var isInt8Already: FileError {
        FileError(
            model,
            "holds int8 weights, which cannot be made more precise; export the folder that they were made from",
            category: .invalidRequest)
    }

    private func emit(_ ignored: [String]) {
        guard !ignored.isEmpty else { return }
        writeLine("\(model): left out \(ignored.count) entries without weights: \(ignored.joined(separator: ", "))")
    }
}
