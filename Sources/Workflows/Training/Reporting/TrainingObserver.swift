/// A receiver of the events of a training run: the terminal, the metrics file, TensorBoard.
///
/// All calls come from the thread of the training loop.
public protocol TrainingObserver: AnyObject {
    /// Receives an event.
    /// - Throws: `FileError` if it cannot be written; the run ends then, as nothing is lost silently.
    func receive(_ event: TrainingEvent) throws

    /// Returns once all events so far are safe from a power cut.
    /// - Throws: `FileError`.
    func flush() throws
}
