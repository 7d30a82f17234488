import Randomness

/// Recognises headlines of a file, such as the one a model was trained on, whatever their case and punctuation.
///
/// Keeps 64 bits of each; that two of 100,000 different headlines share them has a chance of one in 10⁹.
public struct KnownHeadlines: Sendable {
    private let fingerprints: Set<UInt64>

    /// Remembers headlines.
    public init(_ headlines: [String]) { fingerprints = Set(headlines.map(Self.fingerprint)) }

    /// Returns true if the file has `headline`, compared by letters and digits.
    public func contains(_ headline: String) -> Bool { fingerprints.contains(Self.fingerprint(of: headline)) }

    /// FNV-1a (Fowler, Noll and Vo) over the scalars of the normal form, finished as in splitmix64 so that all bits count.
    private static func fingerprint(of headline: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for scalar in normalForm(of: headline) { hash = (hash ^ UInt64(scalar)) &* 0x100_0000_01B3 }
        return SplitMix64.mix(hash)
    }
}
