/// The scores of the next token, one for each entry of the vocabulary, which remember what was changed. They can be changed
/// where the model wrote them and restored afterwards, without a copy of the whole row.
package struct ScoreRow {
    /// The scores with all changes.
    private(set) var scores = UnsafeMutableBufferPointer<Float>(start: nil, count: 0)
    private var changes: [(id: Int, score: Float)] = []

    /// Creates a row without scores.
    package init() {}

    /// Turns to other scores, which stay in place until ``restore()``.
    package mutating func open(_ scores: UnsafeMutableBufferPointer<Float>) {
        self.scores = scores
        changes.removeAll(keepingCapacity: true)
    }

    /// The score of one token.
    subscript(id: Int32) -> Float {
        get { scores[Int(id)] }
        set {
            changes.append((Int(id), scores[Int(id)]))
            scores[Int(id)] = newValue
        }
    }

    /// Rules a token out.
    mutating func ban(_ id: Int32) {
        if self[id] != -.infinity { self[id] = -.infinity }
    }

    /// Undoes all changes.
    package mutating func restore() {
        for change in changes.reversed() { scores[change.id] = change.score }
        changes.removeAll(keepingCapacity: true)
    }

    /// Returns the score of a token before all changes.
    func original(_ id: Int32) -> Float {
        changes.first { $0.id == Int(id) }?.score ?? scores[Int(id)]
    }
}
