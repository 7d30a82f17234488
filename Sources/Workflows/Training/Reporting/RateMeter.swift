/// How fast something goes, over the last seconds of work: units over seconds, both summed over a window.
///
/// The quotient of sums, not a mean of quotients: a short fast step must not weigh as much as a long slow one.
public struct RateMeter: Sendable {
    private let window: Double
    private var samples: [(amount: Double, seconds: Double)] = []
    private var amount = 0.0
    private var seconds = 0.0

    /// - Parameter window: seconds of work that count, in at most 256 samples; the latest counts whole however long it took.
    public init(window: Double) {
        self.window = window
        // It is asked for once, not while it grows in the middle of a run.
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

/// When a run will be done, from the clock: what is left goes as fast as this process went so far, with its evaluations and
/// savings.
public struct RemainingTime: Sendable {
    private let start: Double
    private let firstStep: Int

    /// - Parameters:
    ///   - start: the clock when the first step of this process began, in seconds.
    ///   - firstStep: the steps that were behind by then.
    public init(start: Double, firstStep: Int) {
        self.start = start
        self.firstStep = firstStep
    }

    /// Seconds until `totalSteps`; `nil` while nothing is known.
    public func seconds(now: Double, step: Int, totalSteps: Int) -> Double? {
        guard step > firstStep, now > start else { return nil }
        return (now - start) / Double(step - firstStep) * Double(max(0, totalSteps - step))
    }
}

/// The exponentially weighted mean of the losses seen, corrected for its start as Adam corrects its moments
/// (Kingma and Ba 2015, section 3), so that the first value counts in full.
public struct SmoothedLoss: Sendable {
    private let memory: Double
    private var mean = 0.0
    private var weight = 0.0

    /// - Parameter memory: the share that the past keeps at each value, in 0..<1.
    public init(memory: Double = 0.95) { self.memory = memory }

    /// Takes in a loss; one that is not finite is left out, or it would hide all that follow.
    public mutating func add(_ loss: Double) {
        guard loss.isFinite else { return }
        mean = memory * mean + (1 - memory) * loss
        weight = memory * weight + (1 - memory)
    }

    /// The mean, `nil` before the first finite value.
    public var value: Double? { weight > 0 ? mean / weight : nil }
}
