import JSON
public import Reports
public import Statistics
public import Text

/// A named number of an evaluation, with its interval; thresholds and `report.json` know it by its name.
public struct Metric: Sendable, Hashable {
    /// The name for thresholds and `report.json`, such as `macroF1`.
    public let name: String
    /// The name for people, such as `macro-F1`.
    public let title: String
    /// The number.
    public let value: Double
    /// The 95 % interval; `nil` if there is none, as for a single headline.
    public let interval: BootstrapInterval?
    /// The form of the number in text.
    public let style: NumberStyle
    /// True if larger is better, false if smaller is; `nil` where neither is, as for the variety of samples.
    public let isLargerBetter: Bool?

    init(
        _ name: String, _ title: String, _ value: Double, _ style: NumberStyle = .decimals(4), isLargerBetter: Bool?
    ) {
        (self.name, self.title, self.value, self.interval) = (name, title, value, nil)
        (self.style, self.isLargerBetter) = (style, isLargerBetter)
    }

    init(
        _ name: String, _ title: String, _ interval: BootstrapInterval, _ style: NumberStyle = .decimals(4),
        isLargerBetter: Bool?
    ) {
        (self.name, self.title, self.value) = (name, title, interval.estimate)
        self.interval = interval.isPoint ? nil : interval
        (self.style, self.isLargerBetter) = (style, isLargerBetter)
    }

    /// The number and its interval as a table cell.
    public var cell: Table.Cell { interval?.cell(style) ?? .number(value, style) }

    /// The interval as text, such as `0.390–0.434`; `nil` if there is none.
    var range: String? { interval?.range(style) }

    var json: JSONValue {
        interval?.json ?? .object([("value", .number(value)), ("low", .null), ("high", .null)])
    }
}

extension BootstrapInterval {
    /// The lower end; `nil` if the interval is a single point and says nothing.
    var low: Double? { isPoint ? nil : lower }
    /// The upper end; `nil` if the interval is a single point and says nothing.
    var high: Double? { isPoint ? nil : upper }

    /// The estimate and its ends as in `report.json`.
    var json: JSONValue {
        .object([
            ("value", .number(estimate)), ("low", low.map { .number($0) } ?? .null),
            ("high", high.map { .number($0) } ?? .null),
        ])
    }

    /// The estimate and its ends as a table cell.
    func cell(_ style: NumberStyle) -> Table.Cell {
        isPoint ? .number(estimate, style) : .interval(estimate, low: lower, high: upper, style)
    }

    /// The interval as text, such as `0.390–0.434`; `nil` if it says nothing.
    func range(_ style: NumberStyle) -> String? { isPoint ? nil : style.range(lower, upper) }
}

extension [Metric] {
    /// The metric of that name.
    func named(_ name: String) -> Metric? { first { $0.name == name } }

    var json: JSONValue { .object(map { ($0.name, $0.json) }) }
}
