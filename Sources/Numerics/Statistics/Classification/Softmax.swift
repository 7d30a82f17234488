#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Returns the softmax of scores: probabilities in proportion to exp(score). A score of −∞ gets the probability 0.
package func softmax(_ scores: [Double]) -> [Double] {
    var probabilities = scores
    probabilities.withUnsafeMutableBufferPointer { softmax($0, in: 0..<$0.count) }
    return probabilities
}

/// Replaces the scores in a range by their softmax, after dividing them by a temperature.
package func softmax(_ scores: UnsafeMutableBufferPointer<Double>, in range: Range<Int>, temperature: Double = 1) {
    guard var largest = range.first.map({ scores[$0] }) else { return }
    for index in range { largest = max(largest, scores[index]) }
    var sum = 0.0
    for index in range {
        let shifted = scores[index] - largest
        scores[index] = exp(temperature == 1 ? shifted : shifted / temperature)
        sum += scores[index]
    }
    for index in range { scores[index] /= sum }
}

/// Returns the logarithm of the softmax of scores at one index.
package func logSoftmax(_ scores: [Double], at index: Int) -> Double {
    let largest = scores.max() ?? 0
    return scores[index] - largest - log(scores.reduce(0) { $0 + exp($1 - largest) })
}
