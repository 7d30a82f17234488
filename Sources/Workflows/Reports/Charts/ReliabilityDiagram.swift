import Preconditions
import Text

/// Accuracy by confidence: one curve, or two for before and after temperature scaling, against the diagonal of a perfectly
/// calibrated classifier (Niculescu-Mizil and Caruana, ICML 2005).
public struct ReliabilityDiagram: Chart {
    /// The headlines with a confidence within one bin.
    public struct Bin: Sendable, Hashable {
        /// Their mean confidence, 0 … 1.
        public let confidence: Double
        /// The share of them that was labeled correctly.
        public let accuracy: Double
        /// The number of them, at least 1.
        public let count: Int

        /// Creates a bin.
        public init(confidence: Double, accuracy: Double, count: Int) {
            (self.confidence, self.accuracy, self.count) = (confidence, accuracy, count)
        }
    }

    /// One or two named curves; empty bins are left out.
    public let series: [(name: String, bins: [Bin])]

    /// Creates a diagram. Traps unless there are one or two curves.
    public init(_ series: [(name: String, bins: [Bin])]) {
        require((1...2).contains(series.count), "ReliabilityDiagram: \(series.count) curves, expected one or two")
        self.series = series
    }

    /// The numbers as a table.
    public var numbers: Table {
        var table = Table(
            "Numbers of the picture",
            [.words("curve"), .numbers("mean confidence"), .numbers("accuracy"), .numbers("headlines")])
        for (name, bins) in series {
            for bin in bins {
                table.add([
                    .text(name), .number(bin.confidence, .percent(1)), .number(bin.accuracy, .percent(1)),
                    .count(bin.count),
                ])
            }
        }
        return table
    }

    /// Returns the chart as a drawing.
    public func drawing() -> Drawing {
        var canvas = Canvas()
        let legend = series.count > 1 ? canvas.legend(series.map(\.name), y: 0, sign: .line) : 0
        let frame = Canvas.Frame(top: legend + 24, bottom: legend + 254)
        let x = Scale(0...1, from: frame.left, to: frame.right, count: 6)
        let y = Scale(0...1, from: frame.bottom, to: frame.top, count: 6)
        canvas.axes(
            frame, x: x, xStyle: .percent(0), xTitle: "confidence", y: y, yStyle: .percent(0), yTitle: "accuracy")
        canvas.line(x(0), y(0), x(1), y(1), style: "k")
        canvas.text("underconfident", x: x(0.06), y: y(0.88), style: "h")
        canvas.text("overconfident", x: x(0.94), y: y(0.06), .end, style: "h")
        let most = Double(series.flatMap { $0.bins.map(\.count) }.max() ?? 1)
        for ((name, bins), mark) in zip(series, Canvas.Series.allCases) {
            canvas.path(bins.map { (x($0.confidence), y($0.accuracy)) }, style: "l-\(mark.style)")
            for bin in bins {
                let hint =
                    "\(name): \(NumberStyle.count.text(Double(bin.count))) headlines with confidence"
                    + " \(NumberStyle.percent(1).text(bin.confidence)), accuracy \(NumberStyle.percent(1).text(bin.accuracy))"
                // The area grows with the number of headlines.
                let radius = 2.5 + 4.5 * (Double(bin.count) / most).squareRoot()
                canvas.marker(mark, x: x(bin.confidence), y: y(bin.accuracy), radius: radius, hint: hint)
            }
        }
        return canvas.drawing(height: frame.bottom + 38)
    }
}
