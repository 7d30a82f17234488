import Text

/// A drawing surface for charts: marks in the colors of the page, and text that fits.
///
/// A drawing is 360 units wide, the width of a phone: text of 11 units is 11 pixels there and larger elsewhere.
struct Canvas {
    static let width = 360.0

    private(set) var markup = Markup()

    /// The anchor of a text at its position.
    enum Anchor: String { case start, middle, end }

    /// The series that a mark belongs to. Series differ in shape, filling and dashes as well as in color.
    enum Series: Int, CaseIterable {
        case first, second, third
        var style: String { ["a", "b", "c"][rawValue] }
    }

    mutating func text(
        _ text: String, x: Double, y: Double, _ anchor: Anchor = .start, style: String? = nil, turned: Double? = nil
    ) {
        markup.element(
            "text",
            [
                "x": coordinate(x), "y": coordinate(y), "text-anchor": anchor == .start ? nil : anchor.rawValue,
                "class": style,
                "transform": turned.map { "rotate(\(coordinate($0)) \(coordinate(x)) \(coordinate(y)))" },
            ], text: text)
    }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, style: String) {
        markup.empty(
            "line",
            [
                "x1": coordinate(x1), "y1": coordinate(y1), "x2": coordinate(x2), "y2": coordinate(y2), "class": style,
            ])
    }

    mutating func path(_ points: [(x: Double, y: Double)], style: String) {
        let steps = points.enumerated().map { index, point in
            "\(index == 0 ? "M" : "L")\(coordinate(point.x)) \(coordinate(point.y))"
        }
        markup.empty("path", ["d": steps.joined(), "class": style])
    }

    /// Adds a rectangle with a tooltip.
    mutating func rectangle(
        x: Double, y: Double, width: Double, height: Double, style: String, hint: String? = nil
    ) {
        let attributes: Markup.Attributes = [
            "x": coordinate(x), "y": coordinate(y), "width": coordinate(max(0, width)),
            "height": coordinate(max(0, height)), "class": style,
        ]
        guard let hint else { return markup.empty("rect", attributes) }
        markup.element("rect", attributes) { $0.element("title", text: hint) }
    }

    /// Adds the marker of a series: a filled circle, a hollow square, a hollow triangle.
    mutating func marker(_ series: Series, x: Double, y: Double, radius: Double = 3.5, hint: String? = nil) {
        func content(_ markup: inout Markup) { if let hint { markup.element("title", text: hint) } }
        let style = "m-\(series.style)"
        switch series {
        case .first:
            markup.element(
                "circle", ["cx": coordinate(x), "cy": coordinate(y), "r": coordinate(radius), "class": style], content)
        case .second:
            let r = radius * 0.9
            markup.element(
                "rect",
                [
                    "x": coordinate(x - r), "y": coordinate(y - r), "width": coordinate(2 * r),
                    "height": coordinate(2 * r), "class": style,
                ], content)
        case .third:
            let r = radius * 1.2
            let points = [(x, y - r), (x + r, y + 0.8 * r), (x - r, y + 0.8 * r)]
            let list = points.map { "\(coordinate($0.0)),\(coordinate($0.1))" }.joined(separator: " ")
            markup.element("polygon", ["points": list, "class": style], content)
        }
    }

    /// Adds the names of the series with their signs, in rows from `y` down, and returns their height.
    mutating func legend(_ names: [String], y: Double, sign: Sign) -> Double {
        var (x, row) = (4.0, 0.0)
        for (name, series) in zip(names, Series.allCases) {
            let name = shortened(name, toWidth: Self.width - 40)
            let width = 26 + textWidth(name)
            if x > 4, x + width > Self.width { (x, row) = (4, row + 1) }
            let middle = y + 16 * row + 7
            switch sign {
            case .line:
                line(x, middle, x + 16, middle, style: "l-\(series.style)")
                marker(series, x: x + 8, y: middle)
            case .bar: rectangle(x: x + 2, y: middle - 5, width: 12, height: 10, style: "f-\(series.style)")
            }
            text(name, x: x + 20, y: middle + 4)
            x += width + 6
        }
        return 16 * (row + 1) + 6
    }

    /// The sign of a series in a legend.
    enum Sign { case line, bar }

    func drawing(width: Double = Self.width, height: Double, isWide: Bool = false) -> Drawing {
        Drawing(width: width, height: height, isWide: isWide, content: markup)
    }
}

/// Returns a coordinate with at most one digit after the point.
func coordinate(_ number: Double) -> String {
    let tenths = Int((min(max(number, -1e6), 1e6) * 10).rounded())
    let (whole, rest) = (tenths.magnitude / 10, tenths.magnitude % 10)
    return (tenths < 0 ? "-" : "") + (rest == 0 ? "\(whole)" : "\(whole).\(rest)")
}

/// Returns the approximate width of a text in the 11-unit type of charts, in units: that of a wide typeface, since the reader's
/// is unknown.
func textWidth(_ text: String) -> Double {
    text.unicodeScalars.reduce(0) { width, scalar in
        switch scalar {
        case "m", "w", "M", "W", "%", "@": width + 10.5
        case "A"..."Z", "&": width + 8
        case "i", "j", "l", "f", "t", "I", " ", ".", ",", ":", ";", "'", "|", "(", ")", "[", "]", "-": width + 4.3
        case "…": width + 11
        case _ where scalar.value >= 0x2E80: width + 12
        default: width + 7
        }
    }
}

/// Shortens a text with an ellipsis so that it takes at most `width` units.
func shortened(_ text: String, toWidth width: Double) -> String {
    guard textWidth(text) > width else { return text }
    var shown = Substring(text)
    while !shown.isEmpty, textWidth(shown + "…") > width { shown.removeLast() }
    return shown + "…"
}

extension Canvas {
    /// The plotting area of a chart.
    struct Frame {
        var left = 46.0
        var right = Canvas.width - 10
        var top: Double
        var bottom: Double
    }

    /// Draws the lines, numbers and titles of both axes.
    mutating func axes(
        _ frame: Frame, x: Scale, xStyle: NumberStyle, xTitle: String, y: Scale, yStyle: NumberStyle, yTitle: String
    ) {
        text(yTitle, x: 2, y: frame.top - 11, style: "t")
        for tick in y.ticks {
            line(frame.left, y(tick), frame.right, y(tick), style: "g")
            text(y.tickText(tick, yStyle), x: frame.left - 5, y: y(tick) + 4, .end)
        }
        horizontalAxis(frame, x, xStyle, title: xTitle)
    }

    /// Draws the horizontal axis; numbers that would touch their neighbor are left out.
    mutating func horizontalAxis(_ frame: Frame, _ x: Scale, _ style: NumberStyle, title: String) {
        line(frame.left, frame.bottom, frame.right, frame.bottom, style: "x")
        var free = -Double.infinity
        for tick in x.ticks {
            let label = x.tickText(tick, style)
            let half = textWidth(label) / 2
            line(x(tick), frame.bottom, x(tick), frame.bottom + 4, style: "x")
            let place = min(x(tick), Self.width - half - 1)
            guard place - half > free else { continue }
            text(label, x: place, y: frame.bottom + 16, .middle)
            free = place + half + 4
        }
        text(title, x: (frame.left + frame.right) / 2, y: frame.bottom + 32, .middle, style: "t")
    }
}
