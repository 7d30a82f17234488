/// The time until a run is done, at the speed of this process so far, evaluations and checkpoints included.
public struct RemainingTime: Sendable {
    private let start: Double
    private let firstStep: Int

    /// Begins to measure.
    /// - Parameters:
    ///   - start: The clock when the first step of this process began, in seconds.
    ///   - firstStep: The steps that had been made by then.
    public init(start: Double, firstStep: Int) {
        self.start = start
        self.firstStep = firstStep
    }

    /// Returns the seconds until `totalSteps`; `nil` while nothing is known.
    public func seconds(now: Double, step: Int, totalSteps: Int) -> Double? {
        guard step > firstStep, now > start else { return nil }
        return (now - start) / Double(step - firstStep) * Double(max(0, totalSteps - step))
    }
}
