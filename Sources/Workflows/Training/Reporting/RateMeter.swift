/// A rate over the last seconds of work: units over seconds, both summed over a window.
///
/// The quotient of sums, not a mean of quotients: a short fast step must not weigh as much as a long slow one.
public struct RateMeter: Sendable {
    private let window: Double
    private var samples: [(amount: Double, seconds: Double)] = []
    private var amount = 0.0
    private var seconds = 0.0

    /// Makes a meter.
    /// - Parameter window: The seconds of work that count, in at most 256 samples; the latest counts whole however long it took.
    public init(window: Double) {
        self.window = window
        // Allocated once, not while it grows in the middle of a run.
        samples.reserveCapacity(257)
    }

    /// Takes in that `amount` units took `seconds`. Samples without a finite, positive time are left out.
    public mutating func add(_ amount: Int, seconds: Double) {
        guard seconds.isFinite, seconds > 0 else { return }
        samples.append((Double(amount), seconds))
        var total = samples.reduce(0) { $0 + $1.seconds }
        while samples.count > 1, total > window || samples.count > 256 { total -= samples.removeFirst().seconds }
        // Summed afresh: adding and subtracting in turn would let rounding errors grow over a long run.
        self.amount = samples.reduce(0) { $0 + $1.amount }
        self.seconds = samples.reduce(0) { $0 + $1.seconds }
    }

    /// Units per second, `nil` before the first sample.
    public var rate: Double? { seconds > 0 ? amount / seconds : nil }
}
