import Preconditions
public import Text

/// Lines through points, such as accuracy by coverage. Series differ in dashes and markers.
public struct LineChart: Chart {
    /// A line.
    public struct Series: Sendable {
        /// The name of the line.
        public let name: String
        /// The points in the order of x.
        public let points: [Point]

        /// Creates a line.
        public init(_ name: String, _ points: [Point]) {
            self.name = name
            self.points = points
        }

        /// Creates a line without intervals.
        public init(_ name: String, _ points: [(Double, Double)]) {
            self.init(name, points.map { Point(x: $0.0, y: $0.1) })
        }
    }

    /// A point of a line; one whose y is not finite is a gap.
    public struct Point: Sendable, Hashable {
        /// The horizontal coordinate.
        public let x: Double
        /// The vertical coordinate.
        public let y: Double
        /// The lower end of the interval around y; `nil` if there is none.
        public let low: Double?
        /// The upper end of the interval around y; `nil` if there is none.
        public let high: Double?

        /// Creates a point.
        public init(x: Double, y: Double, low: Double? = nil, high: Double? = nil) {
            (self.x, self.y, self.low, self.high) = (x, y, low, high)
        }
    }

    /// The title of the horizontal axis.
    public let xTitle: String
    /// The title of the vertical axis.
    public let yTitle: String
    /// The form of numbers on the horizontal axis.
    public let xStyle: NumberStyle
    /// The form of numbers on the vertical axis.
    public let yStyle: NumberStyle
    /// One to three lines.
    public let series: [Series]
    /// A range that the vertical axis must include, such as `0...1`; `nil` for that of the points.
    public let yRange: ClosedRange<Double>?

    /// Creates a chart. Traps unless there are one to three series, each with a point.
    public init(
        x: (title: String, style: NumberStyle), y: (title: String, style: NumberStyle), series: [Series],
        yRange: ClosedRange<Double>? = nil
    ) {
        require((1...3).contains(series.count), "LineChart: \(series.count) series, expected one to three")
        require(series.allSatisfy { !$0.points.isEmpty }, "LineChart: a series without points")
        (xTitle, xStyle) = x
        (yTitle, yStyle) = y
        self.series = series
        self.yRange = yRange
    }

    /// The numbers as a table.
    public var numbers: Table {
        let hasIntervals = series.contains { $0.points.contains { $0.low != nil } }
        var table = Table(
            "Numbers of the picture",
            [.numbers(xTitle)] + series.map { .numbers(series.count > 1 ? $0.name : yTitle) })
        for x in Set(series.flatMap { $0.points.map(\.x) }).sorted() {
            table.add(
                [.number(x, xStyle)]
                    + series.map { line in
                        guard let point = line.points.first(where: { $0.x == x }) else { return .missing }
                        guard hasIntervals, let low = point.low, let high = point.high else {
                            return .number(point.y, yStyle)
                        }
                        return .interval(point.y, low: low, high: high, yStyle)
                    })
        }
        return table
    }

    /// Returns the chart as a drawing.
    public func drawing() -> Drawing {
        var canvas = Canvas()
        let legend = series.count > 1 ? canvas.legend(series.map(\.name), y: 0, sign: .line) : 0
        let frame = Canvas.Frame(top: legend + 24, bottom: legend + 194)
        let points = series.flatMap(\.points)
        let xs = points.map(\.x).filter(\.isFinite)
        var ys = points.flatMap { [$0.y, $0.low ?? $0.y, $0.high ?? $0.y] }.filter(\.isFinite)
        if let yRange { ys += [yRange.lowerBound, yRange.upperBound] }
        let x = Scale(
            (xs.min() ?? 0)...(xs.max() ?? 1), from: frame.left, to: frame.right, count: 6, isWhole: xStyle == .count)
        let y = Scale(
            (ys.min() ?? 0)...(ys.max() ?? 1), from: frame.bottom, to: frame.top, isWhole: yStyle == .count)
        canvas.axes(frame, x: x, xStyle: xStyle, xTitle: xTitle, y: y, yStyle: yStyle, yTitle: yTitle)
        for (line, mark) in zip(series, Canvas.Series.allCases) {
            for point in line.points where point.y.isFinite {
                guard let low = point.low, let high = point.high else { continue }
                canvas.line(x(point.x), y(low), x(point.x), y(high), style: "e-\(mark.style)")
            }
            for stretch in line.points.split(whereSeparator: { !$0.y.isFinite }) {
                canvas.path(stretch.map { (x($0.x), y($0.y)) }, style: "l-\(mark.style)")
            }
            // Few enough markers not to touch.
            let step = max(1, line.points.count / 16)
            for (index, point) in line.points.enumerated() where point.y.isFinite && index % step == 0 {
                canvas.marker(
                    mark, x: x(point.x), y: y(point.y), radius: 3,
                    hint: "\(line.name), \(xTitle) \(xStyle.text(point.x)): \(yStyle.text(point.y))")
            }
        }
        return canvas.drawing(height: frame.bottom + 38)
    }
}
