import Preconditions
import Text

/// A confusion matrix: a row for each true label, a column for each predicted one, darker for a larger share of the row. Up to
/// 12 labels have their counts written in.
public struct ConfusionChart: Chart {
    /// The names of the labels.
    public let labels: [String]
    /// The number of headlines, as `counts[true][predicted]`.
    public let counts: [[Int]]

    /// Creates a chart. Traps unless there is a row and a column for each label.
    public init(labels: [String], counts: [[Int]]) {
        require(
            counts.count == labels.count && counts.allSatisfy { $0.count == labels.count },
            "ConfusionChart: \(counts.count) rows for \(labels.count) labels, or a row of another length")
        self.labels = labels
        self.counts = counts
    }

    /// All counts as a matrix for up to 12 labels; for more, the fifty most frequent mistakes.
    public var numbers: Table {
        guard labels.count > Self.maximumWritten else {
            var table = Table(
                "Headlines by true label (rows) and predicted label",
                [.words("true label")] + labels.map { .numbers($0) })
            for (label, row) in zip(labels, counts) { table.add([.text(label)] + row.map { .count($0) }) }
            return table
        }
        var table = Table(
            "The most frequent mistakes",
            [.words("true label"), .words("predicted label"), .numbers("headlines"), .numbers("of the true label")])
        let mistakes = labels.indices.flatMap { row in
            labels.indices.filter { $0 != row && counts[row][$0] > 0 }.map { (row: row, column: $0) }
        }
        let most = mistakes.sorted {
            (-counts[$0.row][$0.column], $0.row, $0.column) < (-counts[$1.row][$1.column], $1.row, $1.column)
        }
        for (row, column) in most.prefix(50) {
            let count = counts[row][column]
            let share = Double(count) / Double(counts[row].reduce(0, +))
            table.add([.text(labels[row]), .text(labels[column]), .count(count), .number(share, .percent(1))])
        }
        return table
    }

    private static let maximumWritten = 12
    /// The shares at which a cell gets darker; the levels are classes of the style sheet.
    static let levels = [0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7]

    /// Returns the level of a share above 0: 1 … 7.
    static func level(_ share: Double) -> Int { levels.lastIndex { share >= $0 }.map { $0 + 1 } ?? 1 }

    /// Returns the chart as a drawing.
    public func drawing() -> Drawing {
        var canvas = Canvas()
        let isWritten = labels.count <= Self.maximumWritten
        let longest = labels.map(textWidth).max() ?? 0
        let left = min(max(longest, 24), isWritten ? 84 : 128) + 27
        let cell = isWritten ? max((Canvas.width - left - 4) / Double(max(labels.count, 1)), 22) : 15
        let side = cell * Double(labels.count)
        let width = max(left + side + 4, Canvas.width)
        // Column names are rotated, so long ones go up.
        let above = min(max(longest, 24), isWritten ? 84 : 128) + 27
        canvas.text("predicted", x: left, y: 11, style: "t")
        canvas.text("true", x: 11, y: above + side / 2, .middle, style: "t", turned: -90)
        for (index, label) in labels.enumerated() {
            let middle = (Double(index) + 0.5) * cell
            let name = shortened(label, toWidth: left - 27)
            canvas.text(name, x: left - 5, y: above + middle + 4, .end)
            canvas.text(name, x: left + middle + 4, y: above - 5, turned: -90)
        }
        for (row, numbers) in counts.enumerated() {
            let total = numbers.reduce(0, +)
            for (column, count) in numbers.enumerated() where count > 0 {
                let (x, y) = (left + Double(column) * cell, above + Double(row) * cell)
                let share = Double(count) / Double(total)
                let level = Self.level(share)
                canvas.rectangle(
                    x: x + 0.5, y: y + 0.5, width: cell - 1, height: cell - 1, style: "q q\(level)",
                    hint: "\(labels[row]) labeled as \(labels[column]): \(NumberStyle.count.text(Double(count))) of"
                        + " \(NumberStyle.count.text(Double(total))), \(NumberStyle.percent(1).text(share))")
                guard isWritten else { continue }
                let text = count < 10_000 ? "\(count)" : "\(count / 1000)k"
                let style = level >= 6 ? "n on" : "n"
                canvas.text(text, x: x + cell / 2, y: y + cell / 2 + 4, .middle, style: style)
            }
            let place = Double(row) * cell
            canvas.rectangle(x: left + place, y: above + place, width: cell, height: cell, style: "d")
        }
        canvas.rectangle(x: left, y: above, width: side, height: side, style: "b")
        let key = above + side + 14
        canvas.text("share of the true label", x: 4, y: key + 9)
        for (index, level) in Self.levels.enumerated() {
            let x = 146 + Double(index) * 30
            canvas.rectangle(x: x, y: key, width: 29, height: 10, style: "q q\(index + 1)")
            canvas.text("\(Int(level * 100)) %", x: x, y: key + 22, style: "n")
        }
        return canvas.drawing(width: width, height: key + 30, isWide: width > Canvas.width)
    }
}
