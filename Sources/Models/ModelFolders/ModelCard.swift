public import Files
import Text

/// The `README.md` of a model folder: metadata in YAML, then Markdown.
public struct ModelCard: Sendable, Hashable {
    /// The name of the file.
    public static let fileName = "README.md"

    /// The whole text.
    public private(set) var text: String

    /// A card with the given text.
    public init(_ text: String) { self.text = text }

    /// Metadata by which the model hub lists and loads a model.
    public struct Metadata: Sendable, Hashable {
        /// The library that loads the folder.
        public var library: String
        /// The task, by the hub's name.
        public var task: String
        /// Words to search by.
        public var tags: [String]

        /// Metadata from its parts.
        public init(library: String, task: String, tags: [String]) {
            self.library = library
            self.task = task
            self.tags = tags
        }
    }

    /// A section below a heading of the second level.
    public struct Section: Sendable, Hashable {
        /// The heading without its marks.
        public var heading: String
        /// The text in Markdown, without a line feed at its end.
        public var text: String

        /// A section from its parts.
        public init(_ heading: String, _ text: String) {
            self.heading = heading
            self.text = text
        }
    }

    /// The heading of the section with a model's figures, which an evaluation replaces.
    public static let evaluation = "Evaluation"

    /// A card from metadata, title, introduction and sections.
    public init(_ metadata: Metadata, title: String, introduction: String, sections: [Section]) {
        let head = [
            "---", "library_name: \(metadata.library)", "pipeline_tag: \(metadata.task)",
            "tags: [\(metadata.tags.joined(separator: ", "))]", "---", "", "# \(title)", "", introduction, "",
        ]
        text = (head + sections.flatMap { ["## \($0.heading)", "", $0.text, ""] }).joined(separator: "\n")
    }

    /// Reads the card of a model folder; `nil` if it has none.
    public init?(ofFolder path: String) throws(FileError) {
        let file = "\(path)/\(Self.fileName)"
        guard pathExists(file) else { return nil }
        text = String(decoding: try readFile(file, limit: 1 << 24), as: UTF8.self)
    }

    /// Writes the card into a model folder.
    public func write(toFolder path: String) throws(FileError) {
        try AtomicFile.write(text, to: "\(path)/\(Self.fileName)")
    }

    /// Returns the card with `lines` as the text of a section, in place of the section's old text. A card without such a
    /// section gets one at its end.
    public func replacing(_ heading: String, with lines: [String]) -> ModelCard {
        let heading = "## \(heading)"
        var kept = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let section = [heading, ""] + lines + [""]
        if let start = kept.firstIndex(of: heading) {
            let end = kept[(start + 1)...].firstIndex { $0.hasPrefix("## ") || $0.hasPrefix("# ") } ?? kept.count
            kept.replaceSubrange(start..<end, with: section)
            return ModelCard(kept.joined(separator: "\n"))
        }
        while kept.last?.isEmpty == true { kept.removeLast() }
        if kept.isEmpty { kept = ["# Model"] }
        return ModelCard((kept + [""] + section).joined(separator: "\n"))
    }

    /// Returns the card with `library_name: headlinekit` in its metadata and a note after it: no other library reads int8.
    func markedAsInt8() -> ModelCard {
        let note = """
            > The weights in this folder are int8 with one scale per output, rounded from a more precise model. Only HeadlineKit
            > reads them; transformers refuses the folder. Figures in this card are those of the model before rounding.
            """
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.first == "---", let end = lines.dropFirst().firstIndex(of: "---") else {
            return ModelCard("---\nlibrary_name: headlinekit\n---\n\n\(note)\n" + (text.isEmpty ? "" : "\n" + text))
        }
        let metadata = lines[1..<end].filter { !$0.hasPrefix("library_name:") }
        let rest = lines[(end + 1)...].drop { $0.isEmpty }
        return ModelCard(
            (["---", "library_name: headlinekit"] + metadata + ["---", "", note, ""] + rest).joined(separator: "\n"))
    }

    /// Returns the lines of a table in Markdown. Cells are escaped.
    public static func table(_ columns: [String], rows: [[String]]) -> [String] {
        func line(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |" }
        let escaped = rows.map { row in
            line(
                row.map {
                    escapedForTerminal($0).split(separator: "|", omittingEmptySubsequences: false).joined(
                        separator: "\\|")
                })
        }
        return [line(columns), "|" + String(repeating: "---|", count: columns.count)] + escaped
    }

    /// The figures of one label.
    public struct LabelFigures: Sendable, Hashable {
        /// The label.
        public var label: String
        /// The number of headlines that have it.
        public var headlines: Int
        /// The share of predictions of the label that are right.
        public var precision: Double
        /// The share of the label's headlines that are found.
        public var recall: Double
        /// The harmonic mean of the two.
        public var f1: Double

        /// Figures from their parts.
        public init(label: String, headlines: Int, precision: Double, recall: Double, f1: Double) {
            self.label = label
            self.headlines = headlines
            self.precision = precision
            self.recall = recall
            self.f1 = f1
        }
    }

    /// Returns the lines of the table of labels.
    public static func table(of labels: [LabelFigures]) -> [String] {
        table(
            ["label", "headlines", "precision", "recall", "F1"],
            rows: labels.map { figures in
                [figures.label, "\(figures.headlines)"]
                    + [figures.precision, figures.recall, figures.f1].map { Formatting.fixed($0, 3) }
            })
    }
}
