import HeadlineData

/// How many optimizer steps a run has, counted before it begins, so that the learning rate knows its end.
struct TrainingLength: Equatable {
    /// Steps of the whole run.
    let total: Int
    /// Steps of each epoch that the run touches; the last may not be reached.
    let ofEpochs: [Int]

    init(of plan: BatchPlan, _ settings: BatchSettings) {
        if let wanted = settings.steps {
            var epochs: [Int] = []
            var covered = 0
            while covered < wanted {
                epochs.append(plan.stepCount(ofEpoch: epochs.count))
                covered += epochs[epochs.count - 1]
            }
            (total, ofEpochs) = (wanted, epochs)
        } else {
            ofEpochs = (0..<settings.epochs).map { plan.stepCount(ofEpoch: $0) }
            total = ofEpochs.reduce(0, +)
        }
    }

    /// Passes over the data after `step` steps, with the fraction of the current one.
    func epochs(after step: Int) -> Double {
        var left = step
        for (epoch, steps) in ofEpochs.enumerated() {
            if left < steps { return Double(epoch) + Double(left) / Double(steps) }
            left -= steps
        }
        return Double(ofEpochs.count)
    }

    /// How many evaluations there are: at step 0, at the last step, and every so many steps or at the end of each epoch between.
    func evaluations(_ settings: EvaluationSettings) -> Int {
        if let every = settings.everySteps { return 2 + (total - 1) / every }
        var end = 0
        let inner = ofEpochs.filter { steps in
            end += steps
            return end < total
        }
        return 2 + inner.count
    }
}

/// When the state of a run is to be saved: the promise of `everySteps` is kept whatever it costs; evaluations and the clock
/// ask for a checkpoint too, as far as saving stays below its share of the time of the run.
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

    /// Whether a checkpoint is due after `step` steps, given whether it has just been evaluated.
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
