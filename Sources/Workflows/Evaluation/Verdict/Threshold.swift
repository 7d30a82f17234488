import JSON
public import Text

/// A limit that a metric must not fall below or exceed, for commands that gate.
public struct Threshold: Sendable, Hashable {
    /// The side of the limit on which the metric fails.
    public enum Side: String, Sendable, Hashable {
        /// Fails below the limit.
        case under
        /// Fails above the limit.
        case over
    }

    /// The side on which the metric fails.
    public let side: Side
    /// The name of the metric.
    public let name: String
    /// The limit itself, which holds.
    public let limit: Double

    /// Reads `name=value`.
    /// - Parameters:
    ///   - known: The names of all metrics that there can be.
    ///   - missing: Metrics that this evaluation will not have, each with the input it needs.
    /// - Throws: `EvaluationError` for another form, an unknown name, a missing metric or a limit that is not finite.
    public init(
        _ text: String, _ side: Side, known: [String], missing: [String: String] = [:]
    ) throws(EvaluationError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let limit = Double(parts[1]), limit.isFinite else {
            throw .invalidThreshold(text, example: "\(known.first ?? "accuracy")=0.6")
        }
        guard known.contains(parts[0]) else { throw .unknownMetric(parts[0], known: known) }
        if let input = missing[parts[0]] { throw .missingInput(metric: parts[0], input: input) }
        (self.side, name, self.limit) = (side, parts[0], limit)
    }

    /// The result of checking a threshold.
    public struct Outcome: Sendable, Hashable {
        /// The threshold that was checked.
        public let threshold: Threshold
        /// The value of the metric; `nil` if this evaluation has none of that name.
        public let value: Double?
        /// The form of the value in text.
        public let style: NumberStyle

        package init(threshold: Threshold, value: Double?, style: NumberStyle = .decimals(3)) {
            (self.threshold, self.value, self.style) = (threshold, value, style)
        }

        /// True if the metric keeps to the limit; a missing metric and NaN never do.
        public var holds: Bool {
            guard let value, !value.isNaN else { return false }
            return threshold.side == .under ? value >= threshold.limit : value <= threshold.limit
        }

        /// The result as a clause for people.
        public var sentence: String {
            let (name, limit) = (threshold.name, threshold.limit)
            guard let value else { return "\(name) is unknown: these headlines cannot measure it" }
            let relation = threshold.side == .under ? ("at least", "below") : ("at most", "above")
            // All digits where rounding would hide the side or the limit.
            let texts = [value, limit].map { style.text($0) }
            let isClear = texts[0] != texts[1] || value == limit
            let (shown, bound) = isClear ? (texts[0], texts[1]) : ("\(value)", "\(limit)")
            return "\(name) is \(shown), \(holds ? relation.0 : relation.1) the limit of \(bound)"
        }

        var json: JSONValue {
            .object([
                ("name", .string(threshold.name)), ("side", .string(threshold.side.rawValue)),
                ("limit", .number(threshold.limit)), ("value", value.map { .number($0) } ?? .null),
                ("holds", .boolean(holds)),
            ])
        }
    }

    /// Checks this threshold against metrics.
    public func judged(by metrics: [Metric]) -> Outcome {
        let metric = metrics.named(name)
        return Outcome(threshold: self, value: metric?.value, style: metric?.style ?? .decimals(3))
    }
}
