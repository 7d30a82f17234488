/// Turns ids into text as they come: each call returns the characters that have become complete.
///
/// The concatenation of all that `append` and `finish` return is what `ByteLevelBPE.decode` returns for all the ids.
public struct ByteLevelBPEStreamingDecoder: Sendable {
    private let tokenizer: ByteLevelBPE
    /// The beginning of a character that is not complete, at most three bytes.
    private var pending: [UInt8] = []

    /// Makes a decoder that has seen nothing.
    public init(_ tokenizer: ByteLevelBPE) {
        self.tokenizer = tokenizer
    }

    /// Takes the next id and returns the characters that it completes, perhaps none.
    public mutating func append(_ id: Int32) -> String {
        pending += tokenizer.bytes(of: id)
        let complete = pending.count - incompleteSuffix()
        defer { pending.removeFirst(complete) }
        return String(decoding: pending[..<complete], as: UTF8.self)
    }

    /// Returns U+FFFD for a character that was never completed, otherwise nothing, and resets the decoder.
    public mutating func finish() -> String {
        defer { pending.removeAll() }
        return String(decoding: pending, as: UTF8.self)
    }

    /// The length of a last character that could still become complete. It begins with a lead byte, at which decoders
    /// resynchronize, so that cutting there does not change the treatment of invalid bytes.
    private func incompleteSuffix() -> Int {
        for length in 1...3 where length <= pending.count {
            let byte = pending[pending.count - length]
            if byte & 0xC0 == 0x80 { continue }
            let expected = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return expected > length ? length : 0
        }
        return 0
    }
}
