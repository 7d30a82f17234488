import Files

/// A place where bytes are not the UTF-8 text that a headline file has to be.
struct EncodingDefect: Equatable {
    /// From the start of the (uncompressed) file, counted from 0.
    let offset: Int
    /// The line, counted from 1; a line ends with LF, CR LF or a single CR.
    let line: Int
    let byte: UInt8
}

/// The length of a UTF-8 byte order mark at the start of the bytes: 3 or 0.
func byteOrderMarkLength(_ bytes: [UInt8]) -> Int {
    bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
}

/// Throws a `FileError` that says where the bytes stop being UTF-8 and how to convert them. A NUL byte counts as a
/// defect: no text has one, and UTF-16 without a byte order mark is full of them.
func checkEncoding(of bytes: [UInt8], path: String, isCompressed: Bool) throws {
    let scale = isCompressed ? "of the uncompressed text " : ""
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
        throw FileError(
            path,
            "the text begins with a UTF-16 byte order mark, expected UTF-8; convert it with"
                + " `iconv -f UTF-16 -t UTF-8`")
    }
    guard let defect = firstEncodingDefect(in: bytes) else { return }
    let digits = String(defect.byte, radix: 16, uppercase: true)
    let hexadecimal = "0x" + (digits.count == 1 ? "0" : "") + digits
    let place = "line \(defect.line), byte offset \(defect.offset) \(scale)"
    throw FileError(
        path,
        defect.byte == 0
            ? "\(place)is a NUL byte, which no UTF-8 text has; if the file is UTF-16, convert it with"
                + " `iconv -f UTF-16LE -t UTF-8`, otherwise it is no text file"
            : "\(place)holds \(hexadecimal), which is not UTF-8 there; convert the file, for example with"
                + " `iconv -f WINDOWS-1252 -t UTF-8`")
}

/// The first byte that cannot continue well-formed UTF-8 (Unicode 15, table 3-7) or is NUL; a sequence that is cut
/// short or wrong is reported at its first byte.
func firstEncodingDefect(in bytes: [UInt8]) -> EncodingDefect? {
    let offset = bytes.withUnsafeBufferPointer { buffer -> Int? in
        var i = 0
        while i < buffer.count {
            let length = sequenceLength(in: buffer, at: i)
            if length == 0 { return i }
            i += length
        }
        return nil
    }
    guard let offset else { return nil }
    return EncodingDefect(offset: offset, line: 1 + lineBreaks(in: bytes[..<offset]), byte: bytes[offset])
}

/// The number of bytes of the well-formed sequence that begins at `i`, 0 if there is none.
@inline(__always)
private func sequenceLength(in bytes: UnsafeBufferPointer<UInt8>, at i: Int) -> Int {
    let first = bytes[i]
    if first < 0x80 { return first == 0 ? 0 : 1 }
    func isContinuation(_ distance: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
        i + distance < bytes.count && range.contains(bytes[i + distance])
    }
    switch first {
    case 0xC2...0xDF:
        return isContinuation(1) ? 2 : 0
    case 0xE0...0xEF:
        // E0 would be overlong below A0; ED would be a surrogate above 9F.
        let second: ClosedRange<UInt8> = first == 0xE0 ? 0xA0...0xBF : first == 0xED ? 0x80...0x9F : 0x80...0xBF
        return isContinuation(1, second) && isContinuation(2) ? 3 : 0
    case 0xF0...0xF4:
        let second: ClosedRange<UInt8> = first == 0xF0 ? 0x90...0xBF : first == 0xF4 ? 0x80...0x8F : 0x80...0xBF
        return isContinuation(1, second) && isContinuation(2) && isContinuation(3) ? 4 : 0
    default:
        return 0
    }
}

/// Returns the number of lines that end in these bytes: LF, CR LF and a single CR each end one.
func lineBreaks(in bytes: ArraySlice<UInt8>) -> Int {
    var count = 0
    var previous: UInt8 = 0
    for byte in bytes {
        if byte == 0x0D || (byte == 0x0A && previous != 0x0D) { count += 1 }
        previous = byte
    }
    return count
}
