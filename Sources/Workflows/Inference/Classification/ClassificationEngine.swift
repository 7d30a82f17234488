/// Labels headlines for many callers, one request at a time on a queue of its own, so that computing never holds up the
/// threads of Swift's concurrency.
public actor ClassificationEngine {
    private let executor: QueueExecutor
    private let classifier: Classifier

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Loads a classifier's model folder. Engines of one folder share the pages of its weights.
    public init(folder path: String) throws {
        classifier = try Classifier(folder: path)
        executor = QueueExecutor(label: "ClassificationEngine")
    }

    /// The labels in the order of the model.
    public var labels: [String] { classifier.labels }

    /// What the model says about each headline, in their order. Headlines are computed in parts, between which other callers
    /// get their turn and a cancelled request ends.
    /// - Throws: `ClassificationError` for a headline without any letter, digit or sign, and for a model whose logits are not
    ///   finite; `CancellationError`.
    public func classify(_ headlines: [String]) async throws -> [Classifier.Prediction] {
        var predictions: [Classifier.Prediction] = []
        predictions.reserveCapacity(headlines.count)
        for start in stride(from: 0, to: headlines.count, by: Self.part) {
            try Task.checkCancellation()
            predictions += try classifier.classify(
                Array(headlines[start..<min(start + Self.part, headlines.count)]), first: start)
            await Task.yield()
        }
        return predictions
    }

    /// Headlines computed between two turns.
    private static let part = 128
}
