import Files
import JSON
public import Reports
public import Statistics

/// One figure of a model, under the name that thresholds and `report.json` know it by.
public struct Measure: Sendable, Hashable {
    /// What thresholds call it, such as `macroF1`.
    public let name: String
    /// What people call it, such as `macro F1`.
    public let title: String
    public let value: Double
    /// Where its interval begins and ends; `nil` where there is none, as of a single headline.
    public let interval: BootstrapInterval?
    public let style: NumberStyle
    /// `nil` where neither is better, as for the length of samples.
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

    /// The figure with its interval, as a cell of a table.
    public var cell: Table.Cell { interval?.cell(style) ?? .number(value, style) }

    /// `0.390 to 0.434`; empty where there is no interval.
    var range: String { interval?.range(style) ?? "" }

    var json: JSONValue {
        interval?.json ?? .object([("value", .number(value)), ("low", .null), ("high", .null)])
    }
}

extension BootstrapInterval {
    /// Where it begins and ends; `nil` where that says nothing.
    var low: Double? { isPoint ? nil : lower }
    var high: Double? { isPoint ? nil : upper }

    /// As `report.json` has it.
    var json: JSONValue {
        .object([
            ("value", .number(estimate)), ("low", low.map { .number($0) } ?? .null),
            ("high", high.map { .number($0) } ?? .null),
        ])
    }

    /// As a cell of a table.
    func cell(_ style: NumberStyle) -> Table.Cell {
        isPoint ? .number(estimate, style) : .interval(estimate, low: lower, high: upper, style)
    }

    /// `0.390 to 0.434`; empty where it says nothing.
    func range(_ style: NumberStyle) -> String { isPoint ? "" : "\(style.text(lower)) to \(style.text(upper))" }
}

extension [Measure] {
    /// The figure of that name.
    func named(_ name: String) -> Measure? { first { $0.name == name } }

    var json: JSONValue { .object(map { ($0.name, $0.json) }) }
}
