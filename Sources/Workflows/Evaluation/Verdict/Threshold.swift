import Files
import JSON
public import Reports
import Text

/// What a figure must not be below or above, for a command that gates.
public struct Threshold: Sendable, Hashable {
    /// On which side of the limit the figure fails.
    public enum Side: String, Sendable, Hashable {
        case under, over

        /// The flag that sets it.
        public var flag: String { "--fail-\(rawValue)" }
    }

    public let side: Side
    public let name: String
    public let limit: Double

    /// Reads `name=value`.
    /// - Parameters:
    ///   - known: The names of figures that there can be.
    ///   - missing: Of figures that this evaluation will not have, the flag that they take.
    /// - Throws: `EvaluationError` for another form, an unknown name, a missing figure or no number.
    public init(
        _ text: String, _ side: Side, known: [String], missing: [String: String] = [:]
    ) throws(EvaluationError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let limit = Double(parts[1]), limit.isFinite else {
            throw EvaluationError(
                "\(side.flag) \(text): expected NAME=NUMBER, such as \(known.first ?? "accuracy")=0.6", .invalidRequest)
        }
        guard known.contains(parts[0]) else {
            throw EvaluationError(
                "\(side.flag) \(text): there is no figure `\(parts[0])`; expected one of \(known.joined(separator: ", "))"
                    + suggestion(for: parts[0], among: known), .invalidRequest)
        }
        if let flag = missing[parts[0]] {
            throw EvaluationError(
                "\(side.flag) \(text): \(parts[0]) is not known without \(flag), which was not given", .invalidRequest)
        }
        (self.side, name, self.limit) = (side, parts[0], limit)
    }

    /// What became of a threshold.
    public struct Outcome: Sendable, Hashable {
        public let threshold: Threshold
        /// The figure; `nil` when this evaluation has none of that name.
        public let value: Double?
        /// How the figure is written.
        public let style: NumberStyle

        package init(threshold: Threshold, value: Double?, style: NumberStyle = .decimals(3)) {
            (self.threshold, self.value, self.style) = (threshold, value, style)
        }

        /// A figure that is missing or no number holds nothing.
        public var holds: Bool {
            guard let value, !value.isNaN else { return false }
            return threshold.side == .under ? value >= threshold.limit : value <= threshold.limit
        }

        /// What happened, for a person.
        public var sentence: String {
            let (name, limit) = (threshold.name, threshold.limit)
            guard let value else { return "\(name) is not known: these headlines do not tell it" }
            let relation = threshold.side == .under ? ("at least", "below") : ("at most", "above")
            // Where rounding would hide on which side it is, or what the limit is, all digits are there.
            let texts = [value, limit].map { style.text($0) }
            let isClear = texts[0] != texts[1] || value == limit
            let (figure, border) = isClear ? (texts[0], texts[1]) : ("\(value)", "\(limit)")
            return "\(name) is \(figure), \(holds ? relation.0 : relation.1) the limit of \(border)"
        }

        var json: JSONValue {
            .object([
                ("name", .string(threshold.name)), ("side", .string(threshold.side.rawValue)),
                ("limit", .number(threshold.limit)), ("value", value.map { .number($0) } ?? .null),
                ("holds", .boolean(holds)),
            ])
        }
    }

    /// What becomes of this threshold under figures.
    public func judged(by measures: [Measure]) -> Outcome {
        let measure = measures.named(name)
        return Outcome(threshold: self, value: measure?.value, style: measure?.style ?? .decimals(3))
    }
}
