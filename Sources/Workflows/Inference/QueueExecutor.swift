import Dispatch

/// Runs an actor on a queue of its own, where it may compute for long.
final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// Creates an executor with a queue of its own.
    /// - Parameter label: the name of the queue in debuggers.
    init(label: String) { queue = DispatchQueue(label: label) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
