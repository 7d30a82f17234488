import Files
public import Metrics
public import Reports

/// One figure of a model, under the name that thresholds and `report.json` know it by.
public struct Measure: Sendable, Hashable {
    /// What thresholds call it, such as `macroF1`.
    public let name: String
    /// What people call it, such as `macro F1`.
    public let title: String
    public let value: Double
    /// Where its interval begins and ends; `nil` where there is none.
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
        (self.name, self.title, self.value, self.interval) = (name, title, interval.estimate, interval)
        (self.style, self.isLargerBetter) = (style, isLargerBetter)
    }

    /// The figure with its interval, as a cell of a table.
    public var cell: Table.Cell { Self.cell(value, interval, style) }

    static func cell(_ value: Double, _ interval: BootstrapInterval?, _ style: NumberStyle) -> Table.Cell {
        interval.map { .interval($0.estimate, low: $0.lower, high: $0.upper, style) } ?? .number(value, style)
    }

    var json: JSONValue {
        .object([
            ("value", .number(value)), ("low", interval.map { .number($0.lower) } ?? .null),
            ("high", interval.map { .number($0.upper) } ?? .null),
        ])
    }
}

extension BootstrapInterval {
    /// As `report.json` has it.
    var json: JSONValue {
        .object([("value", .number(estimate)), ("low", .number(lower)), ("high", .number(upper))])
    }

    /// As a cell of a table.
    func cell(_ style: NumberStyle) -> Table.Cell { .interval(estimate, low: lower, high: upper, style) }
}

extension [Measure] {
    /// The figure of that name.
    func named(_ name: String) -> Measure? { first { $0.name == name } }

    var json: JSONValue { .object(map { ($0.name, $0.json) }) }
}
