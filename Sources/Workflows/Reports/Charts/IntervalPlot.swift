import Preconditions
public import Text

/// Estimates with their intervals, one below the other, such as a model and its baselines. Intervals that do not overlap differ;
/// the converse does not hold.
public struct IntervalPlot: Chart {
    /// An estimate with its interval.
    public struct Row: Sendable, Hashable {
        /// The name of the row.
        public let name: String
        /// The estimate.
        public let estimate: Double
        /// The lower end of the interval; `nil` if there is none.
        public let low: Double?
        /// The upper end of the interval; `nil` if there is none.
        public let high: Double?
        /// True for the row that the chart is about.
        public let isEmphasized: Bool

        /// Creates a row.
        public init(
            _ name: String, _ estimate: Double, low: Double? = nil, high: Double? = nil, isEmphasized: Bool = false
        ) {
            (self.name, self.estimate, self.low, self.high) = (name, estimate, low, high)
            self.isEmphasized = isEmphasized
        }
    }

    /// The title of the axis, such as `accuracy`.
    public let title: String
    /// The form of the numbers.
    public let style: NumberStyle
    /// The rows from top to bottom.
    public let rows: [Row]

    /// Creates a chart. Traps without a row.
    public init(_ title: String, style: NumberStyle, rows: [Row]) {
        require(!rows.isEmpty, "IntervalPlot: no rows")
        (self.title, self.style, self.rows) = (title, style, rows)
    }

    private func text(_ row: Row) -> String {
        guard let low = row.low, let high = row.high else { return style.text(row.estimate) }
        return style.text(row.estimate, low: low, high: high)
    }

    /// The numbers as a table.
    public var numbers: Table {
        var table = Table("Numbers of the picture", [.words(""), .numbers(title)])
        for row in rows {
            let cell: Table.Cell =
                if let low = row.low, let high = row.high {
                    .interval(row.estimate, low: low, high: high, style)
                } else {
                    .number(row.estimate, style)
                }
            table.add([.text(row.name), cell], emphasized: row.isEmphasized)
        }
        return table
    }

    /// Returns the chart as a drawing.
    public func drawing() -> Drawing {
        var canvas = Canvas()
        let height = 36.0
        let frame = Canvas.Frame(left: 12, top: 4, bottom: 8 + height * Double(rows.count))
        let all = rows.flatMap { [$0.estimate, $0.low ?? $0.estimate, $0.high ?? $0.estimate] }.filter(\.isFinite)
        let x = Scale(
            (all.min() ?? 0)...(all.max() ?? 1), from: frame.left, to: frame.right, count: 6, isWhole: style == .count)
        for tick in x.ticks { canvas.line(x(tick), frame.top, x(tick), frame.bottom, style: "g") }
        for (index, row) in rows.enumerated() {
            let (top, mark) = (frame.top + height * Double(index), row.isEmphasized ? Canvas.Series.first : .second)
            let figures = text(row)
            let room = Canvas.width - 20 - 1.1 * textWidth(figures)
            let style = row.isEmphasized ? "s" : nil
            canvas.text(shortened(row.name, toWidth: room), x: 4, y: top + 13, style: style)
            canvas.text(figures, x: Canvas.width - 4, y: top + 13, .end, style: style)
            let middle = top + 24
            if let low = row.low, let high = row.high {
                canvas.line(x(low), middle, x(high), middle, style: "i-\(mark.style)")
                for end in [low, high] { canvas.line(x(end), middle - 4, x(end), middle + 4, style: "i-\(mark.style)") }
            }
            if row.estimate.isFinite {
                canvas.marker(mark, x: x(row.estimate), y: middle, radius: 4.5, hint: "\(row.name): \(figures)")
            }
        }
        canvas.horizontalAxis(frame, x, style, title: title)
        return canvas.drawing(height: frame.bottom + 38)
    }
}
