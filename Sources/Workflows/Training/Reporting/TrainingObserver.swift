/// Somebody who is told what happens in a training run: the terminal, the metrics file, TensorBoard.
///
/// All calls come from the thread of the training loop.
public protocol TrainingObserver: AnyObject {
    /// - Throws: `FileError` when what was told cannot be written down; the run ends then, as nothing is lost silently.
    func receive(_ event: TrainingEvent) throws

    /// Returns once everything told so far is where a power cut cannot take it.
    /// - Throws: `FileError`.
    func flush() throws
}
