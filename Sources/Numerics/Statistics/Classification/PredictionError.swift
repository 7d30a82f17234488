/// Predictions that cannot be judged: none at all, a number that is not finite, or rows that are no probabilities.
///
/// A sentence for a person without the name of a file, which this module does not know. Numbers of the wrong count and
/// labels out of range are mistakes of the program and trap instead.
public struct PredictionError: Error, Equatable, CustomStringConvertible {
    public let description: String
    /// The first row that is wrong, from 0; `nil` when there are no rows.
    public let row: Int?

    init(_ description: String, row: Int? = nil) {
        self.description = description
        self.row = row
    }
}

/// Traps unless the numbers are `[N, K]` with a label of `0 ..< K` for each row; throws when N is 0.
func checkShape(
    of count: Int, labels: [Int], classCount: Int, in operation: StaticString
) throws(PredictionError) {
    precondition(classCount > 0, "\(operation): \(classCount) classes")
    precondition(
        count == labels.count * classCount, "\(operation): \(count) numbers for [\(labels.count), \(classCount)]")
    precondition(
        labels.allSatisfy { $0 >= 0 && $0 < classCount }, "\(operation): a label is not within 0 ..< \(classCount)")
    guard !labels.isEmpty else {
        throw PredictionError("there is no prediction to judge; give at least one labelled headline")
    }
}
