/// The figures of one evaluation.
public struct TaskEvaluation: Sendable, Equatable, Codable {
    /// Nats per prediction.
    public var loss: Double
    /// The number of predictions that were scored.
    public var count: Int
    /// The other figures, in the order in which they are shown.
    public var figures: [Figure]

    /// A number with a name for programs and a text for people.
    public struct Figure: Sendable, Equatable, Codable {
        /// The name: a key of `metrics.jsonl` and the tag of a curve, such as `bitsPerByte`.
        public var name: String
        /// The value; `nil` if it cannot be known.
        public var value: Double?
        /// The text, such as `2.719 bits/byte`; `nil` if there is nothing to show.
        public var text: String?

        /// Makes a figure.
        public init(_ name: String, _ value: Double?, _ text: String?) {
            self.name = name
            self.value = value
            self.text = text
        }
    }

    /// Makes an evaluation.
    public init(loss: Double, count: Int, figures: [Figure]) {
        self.loss = loss
        self.count = count
        self.figures = figures
    }

    /// Returns the value of a figure by name; `nil` if there is none.
    public func value(_ name: String) -> Double? { figures.first { $0.name == name }?.value }
}
