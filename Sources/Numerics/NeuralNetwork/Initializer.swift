import NumericCore

/// The distribution of a fresh parameter's values.
public enum Initializer: Sendable {
    /// One value everywhere.
    case constant(Float)
    /// Normal numbers around 0.
    case normal(standardDeviation: Double)

    /// Fills `buffer` with values that depend on the seed and the name alone, not on the rest of the model.
    func fill(_ buffer: MutableArray, seed: UInt64, name: String) {
        switch self {
        case .constant(let value): buffer.withUnsafeMutableElements { $0.update(repeating: value) }
        case .normal(let standardDeviation):
            Philox(key: seed).fillNormal(buffer, standardDeviation: standardDeviation, stream: Self.stream(of: name))
        }
    }

    /// FNV-1a over the bytes of the name.
    private static func stream(of name: String) -> UInt64 {
        name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
