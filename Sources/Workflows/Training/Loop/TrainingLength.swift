import HeadlineData

/// The number of steps of a run, counted before it begins, so that the learning rate knows its end.
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

    /// Returns the passes over the data after `step` steps, with the fraction of the current one.
    func epochs(after step: Int) -> Double {
        var left = step
        for (epoch, steps) in ofEpochs.enumerated() {
            if left < steps { return Double(epoch) + Double(left) / Double(steps) }
            left -= steps
        }
        return Double(ofEpochs.count)
    }

    /// Returns the number of evaluations: at step 0, at the last step, and between them every N steps or after each epoch.
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
