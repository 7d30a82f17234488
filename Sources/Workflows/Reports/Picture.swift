/// A chart with its title and, for those who cannot see it, its message in words.
public struct Picture: Sendable {
    /// The title, printed above the chart.
    public var title: String
    /// The message of the chart; printed below it.
    public var description: String
    /// The chart itself.
    public var chart: any Chart

    /// Creates a picture of a chart.
    public init(_ title: String, description: String, _ chart: any Chart) {
        self.title = title
        self.description = description
        self.chart = chart
    }
}

/// Numbers that can be drawn.
public protocol Chart: Sendable {
    /// The exact numbers, printed below the picture and in place of it in forms without pictures.
    var numbers: Table { get }
    /// Returns the chart as vector graphics.
    func drawing() -> Drawing
}

/// A drawing in Scalable Vector Graphics (SVG 1.1), in the colors of the page around it.
public struct Drawing: Sendable {
    /// The width in units that are pixels on a narrow screen.
    let width: Double
    /// The height in the same units.
    let height: Double
    /// True if the drawing keeps its size and scrolls; others scale with the page.
    let isWide: Bool
    /// The content of the `svg` element.
    let content: Markup
}
