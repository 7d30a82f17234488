/// GPT-2's pre-tokenization: cuts a text into the pieces within which byte pairs may merge.
///
/// The pieces are the matches of
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
/// (`encoder.py` of GPT-2; the classes as `tokenizers` sees them, see `UnicodeClass`). Every byte is in exactly one piece.
/// Only the ASCII apostrophe begins a contraction, and only a plain space, U+0020, joins the piece that follows it.
struct ByteLevelPieces: Sequence, IteratorProtocol {
    /// The text, valid UTF-8. It has to outlive this value.
    private let text: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(_ text: UnsafeBufferPointer<UInt8>) {
        self.text = text
    }

    /// Returns the byte range of the next piece.
    mutating func next() -> Range<Int>? {
        let start = position
        guard start < text.count else { return nil }
        if let length = contraction(at: start) {
            position = start + length
            return start..<position
        }
        var (kind, length) = character(at: start)
        var end = start + length
        if text[start] == UInt8(ascii: " "), end < text.count {
            let following = character(at: end)
            if following.kind != .space {
                kind = following.kind
                end += following.length
            }
        }
        position = kind == .space ? endOfSpace(from: start) : endOfRun(of: kind, from: end)
        return start..<position
    }

    private func endOfRun(of kind: UnicodeClass, from start: Int) -> Int {
        var end = start
        while end < text.count {
            let next = character(at: end)
            guard next.kind == kind else { break }
            end += next.length
        }
        return end
    }

    /// White space before a word leaves its last character to the word, or as a separate piece.
    private func endOfSpace(from start: Int) -> Int {
        var last = start
        var end = start
        while end < text.count {
            let next = character(at: end)
            guard next.kind == .space else { break }
            last = end
            end += next.length
        }
        return end == text.count || last == start ? end : last
    }

    /// The length of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d`, lower case only, if there is one.
    private func contraction(at start: Int) -> Int? {
        guard text[start] == UInt8(ascii: "'"), start + 1 < text.count else { return nil }
        let second = start + 2 < text.count ? text[start + 2] : 0
        switch (text[start + 1], second) {
        case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _), (UInt8(ascii: "d"), _): return 2
        case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
            (UInt8(ascii: "l"), UInt8(ascii: "l")):
            return 3
        default: return nil
        }
    }

    /// Returns the class of the character at an offset and its length in bytes.
    @inline(__always)
    private func character(at offset: Int) -> (kind: UnicodeClass, length: Int) {
        let first = text[offset]
        return first < 0x80 ? (UnicodeClass(ascii: first), 1) : longCharacter(first, at: offset)
    }

    private func longCharacter(_ first: UInt8, at offset: Int) -> (kind: UnicodeClass, length: Int) {
        let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        var scalar = UInt32(first) & (0xFF >> UInt32(length + 1))
        for index in 1..<length { scalar = scalar << 6 | UInt32(text[offset + index] & 0x3F) }
        return (UnicodeClass(scalar: scalar), length)
    }
}
