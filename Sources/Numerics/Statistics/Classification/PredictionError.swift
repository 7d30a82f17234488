import Preconditions

/// Predictions that cannot be evaluated: none at all, a number that is not finite, or rows that are not probabilities.
///
/// Wrong counts and labels out of range are programmer errors and trap instead.
public struct PredictionError: Error, Equatable, CustomStringConvertible {
    /// The error as a sentence, without a file name, which this module does not know.
    public let description: String
    /// The first row that is wrong, from 0; `nil` if there are no rows.
    public let row: Int?

    init(_ description: String, row: Int? = nil) {
        self.description = description
        self.row = row
    }
}

/// Traps unless the numbers are `[N, K]` with a label of `0 ..< K` for each row; throws if N is 0.
func checkShape(
    of count: Int, labels: [Int], classCount: Int, in operation: StaticString
) throws(PredictionError) {
    require(classCount > 0, "\(operation): \(classCount) classes")
    require(
        count == labels.count * classCount, "\(operation): \(count) numbers for [\(labels.count), \(classCount)]")
    require(
        labels.allSatisfy { $0 >= 0 && $0 < classCount }, "\(operation): a label is not within 0 ..< \(classCount)")
    guard !labels.isEmpty else {
        throw PredictionError("there are no predictions to evaluate; give at least one labeled headline")
    }
}
