import Preconditions
public import Text

/// Horizontal bars, each with a name; with a second series, a comparison such as before and after.
public struct BarChart: Chart {
    /// The names of the series, one or two.
    public let series: [String]
    /// The bars: a name, and for each series a number of at least 0 or `nil`.
    public let bars: [(name: String, values: [Double?])]
    /// The title of the names, such as `label`.
    public let nameTitle: String
    /// The form of the numbers.
    public let style: NumberStyle

    /// Creates a chart. Traps unless there are one or two series and each bar has a number, or `nil`, for each.
    public init(
        series: [String], nameTitle: String, style: NumberStyle = .count, bars: [(name: String, values: [Double?])]
    ) {
        require((1...2).contains(series.count), "BarChart: \(series.count) series, expected one or two")
        require(
            bars.allSatisfy { $0.values.count == series.count }, "BarChart: a bar does not have \(series.count) values")
        (self.series, self.nameTitle, self.style, self.bars) = (series, nameTitle, style, bars)
    }

    /// The numbers as a table.
    public var numbers: Table {
        var table = Table("Numbers of the picture", [.words(nameTitle)] + series.map { .numbers($0) })
        for bar in bars { table.add([.text(bar.name)] + bar.values.map { $0.map { .number($0, style) } ?? .missing }) }
        return table
    }

    /// Returns the chart as a drawing.
    public func drawing() -> Drawing {
        var canvas = Canvas()
        var y = series.count > 1 ? canvas.legend(series, y: 0, sign: .bar) : 0
        let top = y
        let longest = bars.map { textWidth($0.name) }.max() ?? 0
        let left = min(max(longest, 30), 128) + 8
        let texts = bars.flatMap(\.values).compactMap { $0.map(style.text) }
        let right = Canvas.width - 8 - (texts.map(textWidth).max() ?? 0)
        let largest = bars.flatMap(\.values).compactMap(\.self).filter(\.isFinite).max() ?? 0
        let thickness = series.count == 1 ? 13.0 : 10.0
        for bar in bars {
            let height = thickness * Double(series.count)
            let name = shortened(bar.name, toWidth: left - 8)
            canvas.text(name, x: left - 6, y: y + 3 + height / 2 + 4, .end)
            for (index, value) in bar.values.enumerated() {
                let barTop = y + 3 + Double(index) * thickness
                guard let value, value.isFinite else { continue }
                let width = largest > 0 ? max(value, 0) / largest * (right - left) : 0
                let mark = Canvas.Series.allCases[index].style
                canvas.rectangle(
                    x: left, y: barTop, width: max(width, value > 0 ? 1 : 0), height: thickness - 1, style: "f-\(mark)",
                    hint: "\(bar.name): \(style.text(value))")
                canvas.text(style.text(value), x: left + width + 4, y: barTop + thickness - 3, style: "v")
            }
            y += height + 6
        }
        canvas.line(left, top, left, y, style: "x")
        return canvas.drawing(height: y + 2)
    }
}
