import Preconditions

/// A table of text in aligned columns, for a terminal.
public struct TextTable: Sendable, CustomStringConvertible {
    /// The side on which the text of a column is aligned.
    public enum Alignment: Sendable { case left, right }

    private let titles: [String]
    private let alignments: [Alignment]
    private var rows: [[String]] = []

    /// Creates a table without rows.
    public init(_ columns: [(title: String, alignment: Alignment)]) {
        titles = columns.map { Self.shown($0.title) }
        alignments = columns.map(\.alignment)
    }

    /// Adds a row. Traps unless it has a cell for each column.
    public mutating func add(_ cells: [String]) {
        require(cells.count == titles.count, "TextTable: \(cells.count) cells for \(titles.count) columns")
        rows.append(cells.map(Self.shown))
    }

    /// The lines, columns two spaces apart, without spaces at their ends and without a final line break.
    public var description: String {
        let lines = [titles] + rows
        let widths = titles.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { cells in
            let line = titles.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - cells[column].count)
                return alignments[column] == .left ? cells[column] + space : space + cells[column]
            }.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }

    /// The maximum number of characters of a cell.
    static let maximumWidth = 40

    /// Returns a cell that is safe for a terminal. Labels come from files, so control and formatting characters become U+FFFD,
    /// and a text longer than `maximumWidth` is cut with an ellipsis.
    private static func shown(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: scalars.append("\u{FFFD}")
            default: scalars.append(scalar)
            }
        }
        let shown = String(scalars)
        return shown.count > maximumWidth ? shown.prefix(maximumWidth - 1) + "…" : shown
    }
}
