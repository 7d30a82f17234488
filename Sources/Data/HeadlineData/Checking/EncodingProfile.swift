/// The encoding details of a file. It is UTF-8: anything else is refused when it is read.
public struct EncodingProfile: Sendable, Hashable {
    /// With gzip.
    public let isCompressed: Bool
    /// True if the file begins with a byte order mark.
    public let hasByteOrderMark: Bool
    /// True if every byte is ASCII.
    public let isASCII: Bool
    /// Lines that end with LF alone.
    public let lineFeeds: Int
    /// Lines that end with CR LF.
    public let pairs: Int
    /// Lines that end with CR alone.
    public let carriageReturns: Int

    /// Looks at uncompressed bytes.
    init(of bytes: [UInt8], isCompressed: Bool) {
        self.isCompressed = isCompressed
        hasByteOrderMark = byteOrderMarkLength(bytes) > 0
        var (isASCII, lineFeeds, pairs, returns) = (true, 0, 0, 0)
        var previous: UInt8 = 0
        for byte in bytes {
            if byte >= 0x80 { isASCII = false }
            if byte == 0x0D { returns += 1 }
            if byte == 0x0A {
                if previous == 0x0D {
                    pairs += 1
                    returns -= 1
                } else {
                    lineFeeds += 1
                }
            }
            previous = byte
        }
        (self.isASCII, self.lineFeeds, self.pairs, carriageReturns) = (isASCII, lineFeeds, pairs, returns)
    }

    /// True if lines end in more than one way, as after files were put together.
    public var hasMixedLineEnds: Bool { [lineFeeds, pairs, carriageReturns].count { $0 > 0 } > 1 }

    /// In a few words.
    public var description: String {
        var parts = [isASCII ? "ASCII" : "UTF-8"]
        if hasByteOrderMark { parts.append("byte order mark") }
        if isCompressed { parts.append("gzip") }
        let ends = [("LF", lineFeeds), ("CR LF", pairs), ("CR", carriageReturns)].filter { $0.1 > 0 }.map(\.0)
        if !ends.isEmpty { parts.append("lines end with " + ends.joined(separator: " and ")) }
        return parts.joined(separator: ", ")
    }
}
