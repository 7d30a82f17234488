import NumericCore

/// How a fresh parameter is filled.
public enum Initializer: Sendable {
    case constant(Float)
    /// Normal around 0.
    case normal(standardDeviation: Double)

    /// Fills `buffer` with values that depend on the seed and the name only, not on what else the model holds.
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
