/// The four kinds of characters that GPT-2's pre-tokenization distinguishes; every scalar is of exactly one.
enum UnicodeClass: UInt8 {
    /// `\p{L}`
    case letter = 0
    /// `\p{N}`
    case number = 1
    /// `\s`
    case space = 2
    /// `[^\s\p{L}\p{N}]`
    case other = 3

    /// The class of an ASCII byte.
    @inline(__always)
    init(ascii byte: UInt8) {
        if (byte | 0x20) &- UInt8(ascii: "a") < 26 {
            self = .letter
        } else if byte &- UInt8(ascii: "0") < 10 {
            self = .number
        } else if byte == UInt8(ascii: " ") || byte &- 0x09 < 5 {
            self = .space
        } else {
            self = .other
        }
    }

    /// The class of any scalar, by binary search in the table of the reference.
    init(scalar: UInt32) {
        var low = 0
        var high = unicodeClassRuns.count
        // The run is the last one that does not begin after the scalar; the first begins at U+0000.
        while high - low > 1 {
            let middle = (low + high) / 2
            if unicodeClassRuns[middle] >> 2 <= scalar { low = middle } else { high = middle }
        }
        self =
            switch unicodeClassRuns[low] & 3 {
            case 0: .letter
            case 1: .number
            case 2: .space
            default: .other
            }
    }
}
