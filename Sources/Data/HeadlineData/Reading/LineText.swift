/// A text made into one line.
struct LineText {
    /// The text without white space at its ends; each run of white space that holds a line break has become one space,
    /// all other white space is as it was.
    let text: String
    let isTrimmed: Bool
    let isJoined: Bool

    /// White space is what Unicode gives the property `White_Space`; a line break is LF, VT, FF, CR, NEL, LINE
    /// SEPARATOR or PARAGRAPH SEPARATOR (Unicode, newline guidelines, section 5.8).
    init(_ raw: String) {
        var raw = raw
        let isClean = raw.withUTF8 { isCleanLine($0) }
        guard !isClean else {
            (text, isTrimmed, isJoined) = (raw, false, false)
            return
        }
        let scalars = raw.unicodeScalars
        var words = String.UnicodeScalarView()
        var space = String.UnicodeScalarView()
        var isJoined = false
        for scalar in scalars {
            if scalar.properties.isWhitespace {
                space.append(scalar)
                continue
            }
            if !space.isEmpty, !words.isEmpty {
                let breaks = space.contains(where: isLineBreak)
                words.append(contentsOf: breaks ? " ".unicodeScalars : space)
                isJoined = isJoined || breaks
            }
            space.removeAll()
            words.append(scalar)
        }
        text = String(words)
        self.isJoined = isJoined
        isTrimmed = scalars.first?.properties.isWhitespace == true || !space.isEmpty
    }

    /// True if nothing of it is visible: it is empty, or all of it white space, control and format characters, and marks that
    /// have no letter to stand on.
    var isBlank: Bool { text.unicodeScalars.allSatisfy(isInvisible) }
}

private func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    switch properties.generalCategory {
    case .control, .format, .nonspacingMark, .enclosingMark: return true
    default: return properties.isWhitespace || properties.isDefaultIgnorableCodePoint
    }
}

private func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0A...0x0D, 0x85, 0x2028, 0x2029: true
    default: false
    }
}

/// The quick look that spares nearly every headline the walk over its scalars: false whenever there may be something to
/// do.
private func isCleanLine(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = bytes.first, let last = bytes.last else { return true }
    // Anything beyond ASCII at an end may be white space, all of which lies in the blocks that these lead bytes begin.
    func mayBeSpaceLead(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte) || byte == 0xC2 || (0xE1...0xE3).contains(byte)
    }
    guard !mayBeSpaceLead(first), last < 0x80, last != 0x20 else { return false }
    for (index, byte) in bytes.enumerated() {
        switch byte {
        case 0x0A...0x0D,
            0x09 where index == bytes.count - 1:
            return false
        case 0xC2 where bytes[index + 1] == 0x85: return false
        case 0xE2 where bytes[index + 1] == 0x80 && bytes[index + 2] & 0xFE == 0xA8: return false
        default: continue
        }
    }
    return true
}
