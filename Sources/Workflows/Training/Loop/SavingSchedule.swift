/// The moments at which the state of a run is saved: every `everySteps` steps whatever it costs; also after evaluations and by
/// the clock, as long as saving stays below its share of the time of the run.
struct SavingSchedule {
    private let settings: CheckpointSettings
    private let start: Double
    private var end: Double
    private var spent = 0.0
    private var longest = 0.0

    /// - Parameter now: seconds of a steady clock, as in all its functions.
    init(_ settings: CheckpointSettings, now: Double) {
        self.settings = settings
        (start, end) = (now, now)
    }

    /// Returns true if a checkpoint is due after `step` steps.
    /// - Parameter isEvaluated: True if the weights have just been evaluated.
    func isDue(step: Int, isEvaluated: Bool, now: Double) -> Bool {
        guard step > 0 else { return false }
        if let every = settings.everySteps, step % every == 0 { return true }
        guard isEvaluated || now - end >= settings.everyMinutes * 60 else { return false }
        return spent + longest <= settings.shareOfTime * (now - start)
    }

    /// Notes that a checkpoint was written.
    mutating func saved(from begin: Double, to now: Double) {
        spent += now - begin
        longest = max(longest, now - begin)
        end = now
    }
}
