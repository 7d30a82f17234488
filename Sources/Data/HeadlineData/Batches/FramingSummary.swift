/// The counts of what framing kept, cut and dropped.
public struct FramingSummary: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Headlines kept.
    public internal(set) var kept = 0
    /// Headlines kept, but without their last tokens.
    public internal(set) var cut = 0
    /// Headlines left out for their length.
    public internal(set) var dropped = 0
    /// Headlines left out because the tokenizer leaves nothing of them.
    public internal(set) var empty = 0
    /// Framed tokens of all headlines.
    public internal(set) var tokens = 0
    /// Framed tokens of the longest headline before any cut.
    public internal(set) var longest = 0

    /// One line for a person.
    public var description: String {
        "\(kept) headlines with \(tokens) tokens, the longest \(longest);"
            + " \(cut) cut and \(dropped) dropped for their length"
            + (empty == 0 ? "" : ", \(empty) dropped for having no token")
    }
}
