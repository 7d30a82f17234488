/// The differences between a checkpoint and the model it should fill.
public struct ParameterError: Error, CustomStringConvertible {
    /// One clause per entry.
    public let problems: [String]

    /// The first four clauses, and the number of the others.
    public var description: String {
        let shown = problems.prefix(4).joined(separator: "; ")
        return problems.count > 4 ? "\(shown); and \(problems.count - 4) more such entries" : shown
    }
}
