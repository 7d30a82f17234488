import Preconditions
public import Text

/// Vertical bars over a number such as a length; a second series is drawn as an outline.
public struct Histogram: Chart {
    /// A series of bars.
    public struct Series: Sendable {
        /// The name of the series.
        public let name: String
        /// The height of each bin.
        public let heights: [Double]

        /// Creates a series.
        public init(_ name: String, _ heights: [Double]) {
            self.name = name
            self.heights = heights
        }
    }

    /// A value marked by a vertical line, such as a limit.
    public struct Mark: Sendable {
        /// The name of the mark.
        public let name: String
        /// The marked value.
        public let place: Double

        /// Creates a mark.
        public init(_ name: String, at place: Double) {
            self.name = name
            self.place = place
        }
    }

    /// The title of the vertical axis, such as `headlines`.
    public let heightTitle: String
    /// The title of the horizontal axis, such as `words`.
    public let binTitle: String
    /// The left side of the first bin, or its middle if bins are single whole numbers.
    public let lowest: Double
    /// The width of each bin.
    public let width: Double
    /// One or two series with the same number of bins.
    public let series: [Series]
    /// The form of the heights.
    public let style: NumberStyle
    /// The marked values.
    public let marks: [Mark]

    /// Creates a chart. Traps unless there are one or two series with equally many bins, at least one, and a width above 0.
    public init(
        _ heightTitle: String, by binTitle: String, lowest: Double, width: Double, style: NumberStyle = .count,
        series: [Series], marks: [Mark] = []
    ) {
        require((1...2).contains(series.count), "Histogram: \(series.count) series, expected one or two")
        let bins = series[0].heights.count
        require(
            bins > 0 && series.allSatisfy { $0.heights.count == bins } && width > 0,
            "Histogram: no bins, a different number in each series, or no width")
        (self.heightTitle, self.binTitle, self.lowest, self.width) = (heightTitle, binTitle, lowest, width)
        (self.series, self.style, self.marks) = (series, style, marks)
    }

    private var bins: Int { series[0].heights.count }
    private var binsAreWhole: Bool { lowest == lowest.rounded() && width == width.rounded() }

    /// Returns `12`, or `12–14` for a bin of several whole numbers, or the two sides of a bin.
    private func name(of bin: Int) -> String {
        let low = lowest + Double(bin) * width
        if !binsAreWhole {
            return NumberStyle.decimals(2).range(low, low + width)
        }
        return width == 1 ? "\(Int(low))" : "\(Int(low))–\(Int(low + width) - 1)"
    }

    /// The numbers as a table.
    public var numbers: Table {
        var table = Table("Numbers of the picture", [.words(binTitle)] + series.map { .numbers($0.name) })
        for bin in 0..<bins where series.contains(where: { $0.heights[bin] != 0 }) {
            table.add([.text(name(of: bin))] + series.map { .number($0.heights[bin], style) })
        }
        return table
    }

    /// The bins that are not empty, a line each, with text bars for the first series.
    var plainText: String {
        let highest = series[0].heights.filter(\.isFinite).max() ?? 0
        let shown = (0..<bins).filter { bin in series.contains { $0.heights[bin] != 0 } }
        let cells = shown.map { bin in [name(of: bin)] + series.map { style.text($0.heights[bin]) } }
        let widths = (0...series.count).map { column in cells.map { $0[column].count }.max() ?? 0 }
        return zip(shown, cells).map { bin, cells in
            let columns = zip(cells, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }
            let height = series[0].heights[bin]
            let length = highest > 0 && height.isFinite ? Int((40 * max(0, height) / highest).rounded()) : 0
            let bar = length > 0 ? "  " + String(repeating: "#", count: length) : ""
            return columns.joined(separator: "  ") + bar
        }.joined(separator: "\n")
    }

    /// Returns the chart as a drawing.
    public func drawing() -> Drawing {
        var canvas = Canvas()
        let legend = series.count > 1 ? canvas.legend(series.map(\.name), y: 0, sign: .bar) : 0
        // The names of marks have rows of their own above the bars.
        let top = legend + 24 + 13 * Double(marks.count)
        let frame = Canvas.Frame(top: top, bottom: top + 150)
        let highest = series.flatMap(\.heights).filter(\.isFinite).max() ?? 0
        let y = Scale(0...max(highest, 1e-9), from: frame.bottom, to: frame.top, isWhole: style == .count)
        let start = lowest - (binsAreWhole && width == 1 ? 0.5 : 0)
        let end = start + Double(bins) * width
        let x = Scale(start...end, from: frame.left, to: frame.right, count: 7, isWhole: binsAreWhole, isExact: true)
        canvas.axes(
            frame, x: x, xStyle: binsAreWhole ? .count : .decimals(2), xTitle: binTitle, y: y, yStyle: style,
            yTitle: heightTitle)
        for (index, series) in series.enumerated() {
            for (bin, height) in series.heights.enumerated() where height.isFinite && height > 0 {
                let left = x(start + Double(bin) * width)
                let right = x(start + Double(bin + 1) * width)
                let gap = right - left > 4 ? 1.0 : 0
                canvas.rectangle(
                    x: left + gap / 2, y: min(y(height), frame.bottom - 1), width: right - left - gap,
                    height: max(frame.bottom - y(height), 1), style: index == 0 ? "f-a" : "o-b",
                    hint: "\(name(of: bin)): \(style.text(height)) (\(series.name))")
            }
        }
        for (index, mark) in marks.enumerated() {
            let (place, row) = (x(mark.place), legend + 13 * Double(index) + 24)
            canvas.line(place, row - 4, place, frame.bottom, style: "k")
            let isRight = place > (frame.left + frame.right) / 2
            canvas.text(mark.name, x: place + (isRight ? -4 : 4), y: row + 3, isRight ? .end : .start, style: "v")
        }
        return canvas.drawing(height: frame.bottom + 38)
    }
}
